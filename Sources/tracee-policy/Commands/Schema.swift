import ArgumentParser
import Policy

/// Prints the JSON Schema of policy files, of events or of the ledger.
struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the JSON Schema of policy files, of events or of the ledger.")

  /// What a schema is of.
  enum Subject: String, CaseIterable, ExpressibleByArgument {
    case policy, event, stats
  }

  @Argument(help: "What the schema is of.")
  var subject: Subject

  func run() throws {
    let schema =
      switch subject {
      case .policy: PolicySchema.json
      case .event: EventSchema.json
      case .stats: StatsSchema.json
      }
    try StandardOutput.write(schema.rendered() + "\n")
  }
}
