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
    help: "Events, or a filter of one: net_packet_tcp.data.dst_port=80; repeatable.",
    completion: Completions.events)
  var events: [String] = []

  @Option(
    name: .shortAndLong, parsing: .singleValue,
    help: "Whose packets: comm=curl, uid>=1000, container; repeatable.",
    completion: Completions.scopes)
  var scope: [String] = []

  @OptionGroup var variables: VariableOptions

  func validate() throws {
    if !(paths + policies).isEmpty && !(events + scope).isEmpty {
      throw ValidationError("--events and --scope cannot be combined with policies from files")
    }
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
    try Selection(self, nil, try variables.read().variables).accepted()
  }
}
