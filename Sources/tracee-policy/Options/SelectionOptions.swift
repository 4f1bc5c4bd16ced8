// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import Pipeline
import Policy
import System

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

  @Option(
    name: .customLong("signature"), parsing: .singleValue,
    help: ArgumentHelp(
      "Run this program, which finds by signatures of its own; repeatable.",
      discussion: """
        Policies select its signatures by name. Append options after commas: user=NAME (default: nobody), \
        on-full=block|drop (default: drop; block in replay).
        """, valueName: "program"),
    completion: .file(), transform: ProgramArgument.parse)
  var signatures: [ProgramArgument] = []
  @OptionGroup var variables: VariableOptions

  func validate() throws {
    if !(paths + policies).isEmpty && !(events + scope).isEmpty {
      throw ValidationError("--events and --scope cannot be combined with policy files")
    }
  }

  /// Starts the programs of signatures.
  ///
  /// - Parameters:
  ///   - configured: those of the configuration, if no option names one.
  ///   - clock: converts times of events to time since the epoch.
  ///   - waits: whether events wait for a program that reads slowly, unless its options say otherwise.
  /// - Throws: the exit code, after printing what is wrong.
  func startPrograms(
    _ configured: [ProgramArgument] = [], clock: BootClock, waits: Bool
  ) throws(ExitCode) -> [SignatureProgram] {
    var programs: [SignatureProgram] = []
    for program in signatures.isEmpty ? configured : signatures {
      do throws(ProgramError) {
        programs.append(
          try SignatureProgram(
            starting: program.path, as: program.user, clock: clock, waits: program.waits ?? waits))
      } catch {
        StandardError.report(error.description)
        throw .worldRefused
      }
    }
    return programs
  }

  /// Returns the selected policies, checked; their plan has at least one rule.
  ///
  /// - Throws: the exit code (`docs/cli.md`), after printing what is wrong.
  func accepted(_ programs: [SignatureProgram] = []) throws(ExitCode) -> CheckedSet {
    try Selection(self, nil, try variables.read().variables, programs).accepted()
  }
}
