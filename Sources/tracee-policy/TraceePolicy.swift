// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

@main
struct TraceePolicy: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tracee-policy",
    abstract: "Trace network events on this machine according to policy files.",
    version: version,
    subcommands: [
      Apply.self, Ctl.self, Diff.self, Doctor.self, Explain.self, Lint.self, List.self, Replay.self,
      Schema.self, Test.self,
    ],
    defaultSubcommand: Apply.self)

  static func main() {
    StandardDescriptors.occupy()
    if let script = CompletionScript.asked(by: CommandLine.arguments.dropFirst()) {
      print(script, terminator: "")
      return
    }
    if let fault = MistakenCommand.fault(in: CommandLine.arguments.dropFirst().first) {
      exit(withError: ValidationError(fault))
    }
    main(nil)
  }
}
