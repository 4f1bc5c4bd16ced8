import ArgumentParser
import Glibc
import Policy

/// Says everything that is wrong with policies; needs no privilege and no kernel.
struct Lint: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint", abstract: "Says everything that is wrong with policies.",
    discussion: """
      PATH is a file, a directory of .yaml, .yml and .json files, or - for standard input. \
      Exits with 1 when there is an error, or with --strict a warning, and with 2 when a path \
      cannot be read.
      """,
    aliases: ["validate"])

  /// How findings are shown.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, concise, json, sarif, github
  }

  @Argument(help: "Policy files and directories.")
  var paths: [String] = []

  @Option(help: "How findings are shown.")
  var format = Format.text

  @Flag(help: "Warnings are errors.")
  var strict = false

  @Flag(help: "Mend what there is only one way to mend, in the files themselves.")
  var fix = false

  @Option(
    help: ArgumentHelp("Show what a code of findings stands for.", valueName: "code"),
    completion: .list(LintRules.all.map(\.code)))
  var explain: String?

  @Option(
    name: .customLong("in"),
    help: ArgumentHelp(
      "Check the set that a file would make with those of a directory.",
      discussion: "Several directories with colons between them stand for what wins among them.",
      valueName: "dir"),
    completion: .directory)
  var directory: String?

  @Option(
    name: .customLong("as"),
    help: ArgumentHelp(
      "The name that the file is to have in the directory of --in.",
      discussion: "A file of this name there is left out. Default: its own name.",
      valueName: "name"))
  var name: String?

  @OptionGroup var variables: VariableOptions

  func validate() throws {
    if let explain {
      guard paths.isEmpty else {
        throw ValidationError("--explain takes no paths.")
      }
      guard LintRules.rule(explain) != nil else {
        let near = Nearest.question(explain, among: LintRules.all.map(\.code))
        throw ValidationError("There is no code '\(explain)'" + (near.map { ": \($0)" } ?? "."))
      }
    } else if directory != nil {
      guard paths.count == 1 else { throw ValidationError("--in takes one file.") }
      if fix { throw ValidationError("--fix and --in do not go together.") }
      if name?.contains("/") ?? false { throw ValidationError("--as takes a name, not a path.") }
    } else if name != nil {
      throw ValidationError("--as needs --in.")
    } else if paths.isEmpty, variables.config == nil {
      throw ValidationError("Missing expected argument '<paths> ...'")
    } else if fix, paths.contains("-") {
      throw ValidationError("--fix mends files; standard input is none.")
    }
  }

  func run() throws {
    if let explain {
      try StandardOutput.write(LintRules.rule(explain)?.markdown ?? "")
      return
    }
    let (configuration, values) = try variables.read()
    if paths.isEmpty, configuration?.policies.isEmpty ?? true {
      return StandardError.say("nothing wrong in the configuration, which names no policies")
    }
    let paths = paths.isEmpty ? configuration?.policies ?? [] : paths
    var set: PolicySet
    if let directory {
      set = Candidate(paths[0], as: name, in: directory).set(values)
    } else {
      set = PolicySet.load(paths: paths, variables: values)
    }
    var mendingFailures: [SourceFailure] = []
    if fix { (set, mendingFailures) = set.mended() }
    let checked = set.checked()
    for failure in checked.failures + mendingFailures {
      StandardError.say("\(failure.path): \(failure.reason)")
    }
    try StandardOutput.write(FindingOutput(checked).text(format))
    if !checked.failures.isEmpty || !mendingFailures.isEmpty { throw ExitCode.worldRefused }
    let isWrong = checked.count(.error) > 0 || (strict && checked.count(.warning) > 0)
    if isWrong { throw ExitCode.findings }
  }
}

/// The text of findings in the format that is asked for.
struct FindingOutput {
  private let checked: CheckedSet

  init(_ checked: CheckedSet) { self.checked = checked }

  func text(_ format: Lint.Format) -> String {
    let found = checked.diagnostics
    switch format {
    case .concise: return ConciseRenderer.render(found)
    case .github: return GitHubRenderer.render(found)
    case .json:
      return JSONRenderer.render(
        found, files: checked.sources.count, policies: checked.policies.count)
    case .sarif:
      return SARIFRenderer.render(
        found, rules: LintRules.all, version: TraceePolicy.configuration.version)
    case .text:
      let isTerminal = isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil
      return TextRenderer(sources: checked.sources, isColoured: isTerminal).render(found)
        + summary + "\n"
    }
  }

  /// `2 errors, 1 warning in 3 policies of 2 files`.
  var summary: String {
    func some(_ count: Int, _ noun: String, _ plural: String) -> String {
      "\(count) \(count == 1 ? noun : plural)"
    }
    let counts = [
      (checked.count(.error), "error"), (checked.count(.warning), "warning"),
      (checked.count(.note), "note"),
    ]
    let found = counts.filter { $0.0 > 0 }.map { some($0.0, $0.1, $0.1 + "s") }
    return (found.isEmpty ? "nothing wrong" : found.joined(separator: ", "))
      + " in \(some(checked.policies.count, "policy", "policies"))"
      + " of \(some(checked.sources.count, "file", "files"))"
  }
}
