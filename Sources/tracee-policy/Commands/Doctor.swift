// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipeline
import Policy

/// Checks what this machine offers for tracing.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check whether this machine can trace, and report what is missing.",
    discussion: """
      Loads the BPF programs as a test, without attaching them. Exits with 0, or with 2 if a \
      requirement is missing.
      """)

  /// The output format of the report.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json
  }

  @Option(help: "The output format; for json see tracee-policy schema doctor.")
  var format = Format.text

  @Option(help: "Check this cgroup's directory, as given to apply.")
  var cgroup: String?

  func run() throws {
    let report = MachineReport(cgroup: cgroup)
    switch format {
    case .text: try StandardOutput.write(report.text)
    case .json: try StandardOutput.write(report.json.rendered() + "\n")
    }
    if !report.canTrace { throw ExitCode.worldRefused }
  }
}
