import ArgumentParser
import Glibc
import Pipeline
import Policy

/// What to trace: policies in files, or events and scopes on the command line.
struct SelectionOptions: ParsableArguments {
  @Argument(help: "Files or directories with policies.", completion: .file())
  var paths: [String] = []

  @Option(
    name: [.customShort("p"), .customLong("policy")], parsing: .singleValue,
    help: "A file or directory with policies; repeatable.", completion: .file())
  var policies: [String] = []

  @Option(
    name: .shortAndLong, parsing: .singleValue,
    help: "Events, or a filter of one: net_packet_tcp.data.dst_port=80; repeatable.")
  var events: [String] = []

  @Option(
    name: .shortAndLong, parsing: .singleValue,
    help: "Whose packets: comm=curl, uid>=1000, container; repeatable.")
  var scope: [String] = []

  func validate() throws {
    if !(paths + policies).isEmpty && !(events + scope).isEmpty {
      throw ValidationError("--events and --scope cannot be combined with policies from files")
    }
  }

  /// Reads and compiles the selection.
  ///
  /// - Throws: the exit code of `docs/cli.md`, after saying what is wrong.
  func plan() throws(ExitCode) -> TracePlan { try Selection(self).plan() }
}

/// A selection that can be read more than once.
struct Selection: Sendable {
  /// The paths of policies; empty when the command line says what to trace.
  let paths: [String]
  private let commandLine: CommandLineSelection
  /// Standard input can be read only once.
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

  /// Reads and compiles the selection.
  ///
  /// - Throws: the exit code of `docs/cli.md`, after saying what is wrong.
  func plan() throws(ExitCode) -> TracePlan {
    guard let plan = try accepted().plan else { throw .findings }
    return plan
  }

  /// Reads and checks the selection, which then has a plan with rules.
  ///
  /// - Throws: the exit code of `docs/cli.md`, after saying what is wrong.
  func accepted() throws(ExitCode) -> CheckedSet {
    let checked = checked()
    StandardError.write(remarks(on: checked))
    guard checked.failures.isEmpty else { throw .worldRefused }
    guard let plan = checked.plan, !plan.rules.isEmpty else { throw .findings }
    return checked
  }

  /// Reads and compiles the selection again, as it is at one moment; on any thread, and takes its time.
  ///
  /// What was changed while it was read is read once more.
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
      plan: nil, remarks: StandardError.line("the policies change all the time; none was taken"))
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

  /// What is to be said before a plan is traced by, or instead.
  private func remarks(on checked: CheckedSet) -> String {
    var text = checked.failures.map { StandardError.line("\($0.path): \($0.reason)") }.joined()
    let shown = checked.diagnostics.filter { $0.severity != .note }
    if !shown.isEmpty { text += TextRenderer(sources: checked.sources).render(shown) }
    if checked.failures.isEmpty, let plan = checked.plan, plan.rules.isEmpty {
      text += StandardError.line(
        "there is no policy in \(paths.joined(separator: ", ")); name a file or directory that has one"
      )
    }
    return text
  }
}
