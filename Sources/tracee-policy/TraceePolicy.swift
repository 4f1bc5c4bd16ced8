import ArgumentParser

@main
struct TraceePolicy: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tracee-policy", abstract: "Traces network events by policy files.", version: "0.1.0",
    subcommands: [Lint.self])
}
