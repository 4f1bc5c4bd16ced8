import ArgumentParser
import Policy

/// Prints the JSON Schema of a file that the program reads or writes.
struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Print the JSON Schema of policy files, events, the statistics file or the doctor report.")

  /// The kinds of document that have a schema.
  enum Subject: String, CaseIterable, ExpressibleByArgument {
    case policy, event, stats, doctor, test
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
      }
    try StandardOutput.write(schema.rendered() + "\n")
  }
}
