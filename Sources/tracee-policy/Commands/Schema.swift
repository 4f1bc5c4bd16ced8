// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Policy

/// Prints the JSON Schema of a file that the program reads or writes.
struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the JSON Schema of a file that is read or written.",
    discussion: "Policies, events, the statistics file, the doctor report, config.yaml, or tests.")

  /// The kinds of document that have a schema.
  enum Subject: String, CaseIterable, ExpressibleByArgument {
    case policy, event, stats, doctor, config, test
  }

  @Argument(help: "The kind of document.")
  var subject: Subject

  func run() throws {
    let schema =
      switch subject {
      case .policy: PolicySchema.json
      case .event: EventSchema.json
      case .stats: StatsSchema.json
      case .doctor: DoctorSchema.json
      case .test: TestSchema.json
      case .config: ConfigurationSchema.json
      }
    try StandardOutput.write(schema.rendered() + "\n")
  }
}
