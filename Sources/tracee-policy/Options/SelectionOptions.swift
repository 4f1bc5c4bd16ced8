import ArgumentParser
import Glibc
import Pipeline
import Policy

/// What to trace: policies in files, or events and scopes on the command line.
struct SelectionOptions: ParsableArguments {
  @Argument(help: "Policy files or directories.", completion: .file())
  var paths: [String] = []

  @Option(
    name: [.customShort("p"), .customLong("policy")], parsing: .singleValue,
    help: "A policy file or directory; repeatable.", completion: .file())
  var policies: [String] = []

  @Option(
    name: .shortAndLong, parsing: .singleValue,
    help:
      "Trace these events, or one event with a filter: net_packet_tcp.data.dst_port=80; repeatable."
  )
  var events: [String] = []

  @Option(
    name: .shortAndLong, parsing: .singleValue,
    help: "Trace only packets of these owners: comm=curl, uid>=1000, container; repeatable.")
  var scope: [String] = []

  func validate() throws {
    if !(paths + policies).isEmpty && !(events + scope).isEmpty {
      throw ValidationError("--events and --scope cannot be combined with policy files")
    }
  }

  /// Returns the plan of the selected policies.
  ///
  /// - Throws: the exit code (`docs/cli.md`), after printing what is wrong.
  func plan() throws(ExitCode) -> TracePlan { try Selection(self).plan() }
}

/// The selected policies, which can be read more than once.
struct Selection: Sendable {
  /// The paths of policies; empty when `--events` and `--scope` select instead.
  let paths: [String]
  private let commandLine: CommandLineSelection
  /// What was read of standard input, which can be read only once; nil if it is not selected.
  private let standardInput: Result<SourceFile, SourceFailure>?

  /// Takes one path of policies.
  init(path: String) {
    paths = [path]
    commandLine = CommandLineSelection(events: [], scopes: [])
    standardInput = nil
  }

  init(_ options: SelectionOptions) {
    paths = options.paths + options.policies
    commandLine = CommandLineSelection(events: options.events, scopes: options.scope)
    let isRead = paths.contains("-")
    standardInput = isRead ? Result { () throws(SourceFailure) in try SourceFile.read("-") } : nil
  }

  /// Returns the plan of the selected policies.
  ///
  /// - Throws: the exit code (`docs/cli.md`), after printing what is wrong.
  func plan() throws(ExitCode) -> TracePlan {
    guard let plan = try accepted().plan else { throw .findings }
    return plan
  }

  /// Returns the selected policies, checked; their plan has at least one rule.
  ///
  /// - Throws: the exit code (`docs/cli.md`), after printing what is wrong.
  func accepted() throws(ExitCode) -> CheckedSet {
    let checked = checked()
    StandardError.write(remarks(on: checked))
    guard checked.failures.isEmpty else { throw .worldRefused }
    guard let plan = checked.plan, !plan.rules.isEmpty else { throw .findings }
    return checked
  }

  /// Returns the selection as its files are now, read and compiled again.
  ///
  /// Files that change while they are read are read again, up to 20 times, 0.1 s apart. May be called on any thread.
  func reading() -> PlanReading {
    for _ in 0..<20 {
      let before = SourceStates(of: paths)
      let checked = checked()
      if before == SourceStates(of: paths) {
        let isEmpty = checked.plan?.rules.isEmpty ?? true
        return PlanReading(plan: isEmpty ? nil : checked.plan, remarks: remarks(on: checked))
      }
      usleep(100_000)
    }
    return PlanReading(
      plan: nil,
      remarks: StandardError.line("the policy files keep changing; the policies were not reloaded"))
  }

  private func checked() -> CheckedSet {
    guard paths.isEmpty else {
      return PolicySet.load(paths: paths) { path throws(SourceFailure) in
        guard path == "-", let standardInput else { return try SourceFile.read(path) }
        return try standardInput.get()
      }.checked()
    }
    var set = PolicySet()
    set.sources = [commandLine.source]
    set.documents = [commandLine.document]
    set.diagnostics = commandLine.diagnostics
    return set.checked()
  }

  /// The messages about a selection, to print before tracing starts, or instead.
  private func remarks(on checked: CheckedSet) -> String {
    var text = checked.failures.map { StandardError.line("\($0.path): \($0.reason)") }.joined()
    let shown = checked.diagnostics.filter { $0.severity != .note }
    if !shown.isEmpty { text += TextRenderer(sources: checked.sources).render(shown) }
    if checked.failures.isEmpty, let plan = checked.plan, plan.rules.isEmpty {
      text += StandardError.line(
        "no policy in \(paths.joined(separator: ", ")); name a file or directory that contains one"
      )
    }
    return text
  }
}
