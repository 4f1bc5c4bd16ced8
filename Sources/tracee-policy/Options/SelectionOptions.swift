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
    guard let plan = try checked().plan else { throw .findings }
    return plan
  }

  /// Reads and checks the selection, which then has a plan with rules.
  ///
  /// - Throws: the exit code of `docs/cli.md`, after saying what is wrong.
  func checked() throws(ExitCode) -> CheckedSet {
    let paths = self.paths + policies
    var set: PolicySet
    if paths.isEmpty {
      let selection = CommandLineSelection(events: events, scopes: scope)
      set = PolicySet()
      set.sources = [selection.source]
      set.documents = [selection.document]
      set.diagnostics = selection.diagnostics
    } else {
      set = PolicySet.load(paths: paths)
    }
    let checked = set.checked()
    for failure in checked.failures { StandardError.say("\(failure.path): \(failure.reason)") }
    let shown = checked.diagnostics.filter { $0.severity != .note }
    if !shown.isEmpty { StandardError.write(TextRenderer(sources: checked.sources).render(shown)) }
    guard checked.failures.isEmpty else { throw .worldRefused }
    guard let plan = checked.plan else { throw .findings }
    guard !plan.rules.isEmpty else {
      StandardError.say(
        "there is no policy in \(paths.joined(separator: ", ")); name a file or directory that has one"
      )
      throw .findings
    }
    return checked
  }
}
