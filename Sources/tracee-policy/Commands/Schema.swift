import ArgumentParser
import Policy

/// Prints the JSON Schema of what the program reads or writes.
struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the JSON Schema of policies, events, the ledger, doctor or config.yaml.")

  /// What a schema is of.
  enum Subject: String, CaseIterable, ExpressibleByArgument {
    case policy, event, stats, doctor, config
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
      case .config: ConfigurationSchema.json
      }
    try StandardOutput.write(schema.rendered() + "\n")
  }
}
