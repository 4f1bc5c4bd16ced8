// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import Policy

/// Checks policy files and reports every problem.
///
/// Needs no privileges and no kernel.
struct Lint: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint", abstract: "Check policy files and report every problem.",
    discussion: """
      PATH is a file, a directory of .yaml, .yml and .json files, or - for standard input. \
      Exits with 1 if there is an error (with --strict, or a warning), and with 2 if a path cannot \
      be read. With --diff, exits with 1 if there is something to fix. With --fix on standard \
      input, the fixed text goes to standard output and the findings to standard error.
      """,
    aliases: ["validate"])

  /// The output format of findings.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, concise, json, sarif, github
  }

  @Argument(help: "Policy files and directories.")
  var paths: [String] = []

  @Option(help: "The output format.")
  var format = Format.text

  @Flag(help: "Exit with 1 for warnings too.")
  var strict = false

  @Flag(help: "Apply unambiguous fixes in place; of standard input, print the fixed text.")
  var fix = false

  @Flag(help: "Print what --fix would change as a unified diff, and change nothing.")
  var diff = false

  @Flag(help: "Also point at each place that Tracee understands in another way.")
  var tracee = false

  @Option(
    help: ArgumentHelp("Explain a finding by its code.", valueName: "code"),
    completion: .list(LintRules.all.map(\.code)))
  var explain: String?

  @Option(
    name: .customLong("in"),
    help: ArgumentHelp(
      "Check the file together with the files of this directory.",
      discussion: "Separate several directories with colons; the first that has a file name wins.",
      valueName: "dir"),
    completion: .directory)
  var directory: String?

  @Option(
    name: .customLong("as"),
    help: ArgumentHelp(
      "The name of the file in the directory of --in.",
      discussion: "It replaces a file of this name. Default: its own name.",
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
      if fix || diff {
        throw ValidationError("--\(fix ? "fix" : "diff") cannot be combined with --in.")
      }
      if name?.contains("/") ?? false { throw ValidationError("--as takes a name, not a path.") }
    } else if name != nil {
      throw ValidationError("--as needs --in.")
    } else if paths.isEmpty, variables.config == nil {
      throw ValidationError("Missing expected argument '<paths> ...'")
    } else if fix, paths.contains("-"), paths.count > 1 || diff {
      throw ValidationError("--fix on standard input takes no other paths, and no --diff.")
    }
  }

  func run() throws {
    if let explain {
      try StandardOutput.write(LintRules.rule(explain)?.markdown ?? "")
      return
    }
    let (configuration, values) = try variables.read()
    if paths.isEmpty, configuration?.policies.isEmpty ?? true {
      return StandardError.report("no problems in the configuration, which names no policies")
    }
    let paths = paths.isEmpty ? configuration?.policies ?? [] : paths
    var set: PolicySet
    if let directory {
      set = Candidate(paths[0], as: name, in: directory).set(values)
    } else {
      set = PolicySet.load(paths: paths, variables: values)
    }
    var fixingFailures: [SourceFailure] = []
    if diff { return try printDiff(set) }
    let isFilter = fix && paths == ["-"]
    if isFilter {
      set = set.withFixes()
      try StandardOutput.write(String(decoding: set.sources.first?.bytes ?? [], as: UTF8.self))
    } else if fix {
      (set, fixingFailures) = set.fixed()
    }
    let checked = set.checked(comparesWithTracee: tracee)
    let failures = checked.failures + fixingFailures
    for failure in failures { StandardError.report("\(failure.path): \(failure.reason)") }
    if self.paths.isEmpty, let configuration, let plan = checked.plan {
      StandardError.write(OutputOptions.remarks(on: configuration.outputs, plan), .warning)
    }
    let output = FindingOutput(checked, isComplete: failures.isEmpty)
    if isFilter {
      StandardError.write(output.text(format))
    } else {
      try StandardOutput.write(output.text(format))
    }
    if !failures.isEmpty { throw ExitCode.worldRefused }
    let isWrong = checked.count(.error) > 0 || (strict && checked.count(.warning) > 0)
    if isWrong { throw ExitCode.findings }
  }

  /// Prints what `--fix` would change, as a unified diff.
  private func printDiff(_ set: PolicySet) throws(ExitCode) {
    for failure in set.failures { StandardError.report("\(failure.path): \(failure.reason)") }
    let fixed = set.withFixes()
    let differences = zip(set.sources, fixed.sources).map { old, new in
      UnifiedDiff.text(old.name, from: old.bytes, to: new.bytes)
    }.joined()
    try StandardOutput.write(differences)
    if !set.failures.isEmpty { throw .worldRefused }
    if !differences.isEmpty { throw .findings }
  }
}

/// The findings of a check, in one of the output formats.
struct FindingOutput {
  private let checked: CheckedSet
  /// Whether all paths could be read, and fixed if that was asked for.
  private let isComplete: Bool

  init(_ checked: CheckedSet, isComplete: Bool) {
    self.checked = checked
    self.isComplete = isComplete
  }

  /// Returns the findings as text in a format; empty when the format has nothing to show.
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
      let renderer = TextRenderer(sources: checked.sources, isColoured: Terminal.showsColour)
      return renderer.render(found) + (summary.map { $0 + "\n" } ?? "")
    }
  }

  /// One line, such as `2 errors, 1 warning in 3 policies of 2 files`; nil when nothing was found only because a path
  /// could not be read or fixed.
  private var summary: String? {
    func some(_ count: Int, _ noun: String, _ plural: String) -> String {
      "\(count) \(count == 1 ? noun : plural)"
    }
    let counts = [
      (checked.count(.error), "error"), (checked.count(.warning), "warning"),
      (checked.count(.note), "note"),
    ]
    let found = counts.filter { $0.0 > 0 }.map { some($0.0, $0.1, $0.1 + "s") }
    if found.isEmpty, !isComplete { return nil }
    return (found.isEmpty ? "no problems" : found.joined(separator: ", "))
      + " in \(some(checked.policies.count, "policy", "policies"))"
      + " of \(some(checked.sources.count, "file", "files"))"
  }
}
