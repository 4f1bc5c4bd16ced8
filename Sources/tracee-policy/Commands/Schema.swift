import ArgumentParser
import Policy

/// Prints the JSON Schema of what the program reads or writes.
struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the JSON Schema of policy files, of events, of the ledger or of doctor.")

  /// What a schema is of.
  enum Subject: String, CaseIterable, ExpressibleByArgument {
    case policy, event, stats, doctor, test
  }

  @Argument(help: "What the schema is of.")
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
