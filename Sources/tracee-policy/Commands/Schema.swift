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

  func run() {
    switch subject {
    case .policy: print(PolicySchema.json.rendered())
    case .event: print(EventSchema.json.rendered())
    case .stats: print(StatsSchema.json.rendered())
    }
  }
}
