// SPDX-License-Identifier: Apache-2.0

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
    name: .shortAndLong, parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Trace these events, or one event with a filter: net_packet_tcp.data.dst_port=80; repeatable.",
      discussion: "-EVENT leaves out an event of the other selected events, or of the set default."),
    completion: Completions.events)
  var events: [String] = []

  @Option(
    name: .shortAndLong, parsing: .singleValue,
    help: "Trace only packets of these owners: comm=curl, uid>=1000, container; repeatable.",
    completion: Completions.scopes)
  var scope: [String] = []

  @OptionGroup var variables: VariableOptions

  func validate() throws {
    if !(paths + policies).isEmpty && !(events + scope).isEmpty {
      throw ValidationError("--events and --scope cannot be combined with policy files")
    }
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
    try Selection(self, nil, try variables.read().variables).accepted()
  }
}
