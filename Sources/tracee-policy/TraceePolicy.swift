import ArgumentParser

@main
struct TraceePolicy: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tracee-policy",
    abstract: "Traces network events of this machine, as policy files say.",
    version: "0.1.0",
    subcommands: [
      Apply.self, Ctl.self, Doctor.self, Explain.self, Lint.self, List.self, Replay.self,
      Schema.self,
    ],
    defaultSubcommand: Apply.self)

  static func main() {
    StandardDescriptors.occupy()
    main(nil)
  }
}
