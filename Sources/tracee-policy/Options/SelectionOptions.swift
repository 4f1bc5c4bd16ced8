import ArgumentParser
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
  func plan() throws(ExitCode) -> TracePlan {
    let paths = self.paths + policies
    let documents: [PolicyDocument]
    var diagnostics: [Diagnostic]
    if paths.isEmpty {
      let selection = CommandLineSelection(events: events, scopes: scope)
      (documents, diagnostics) = ([selection.document], selection.diagnostics)
    } else {
      let set = PolicySet.load(paths: paths)
      for failure in set.failures { StandardError.say("\(failure.path): \(failure.reason)") }
      guard set.failures.isEmpty else { throw .worldRefused }
      (documents, diagnostics) = (set.documents, set.diagnostics)
    }
    let result = PolicyCompiler.compile(documents)
    diagnostics += result.diagnostics
    let shown = diagnostics.filter { $0.severity != .note }
    if !shown.isEmpty { StandardError.write(ConciseRenderer.render(shown)) }
    let isWrong = diagnostics.contains { $0.severity == .error }
    guard !isWrong, let plan = result.plan else { throw .findings }
    guard !plan.rules.isEmpty else {
      StandardError.say("there is no policy in \(paths.joined(separator: ", ")); name a file or directory that has one")
      throw .findings
    }
    return plan
  }
}
