import ArgumentParser
import Policy

struct List: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Lists events.", subcommands: [Events.self])

  struct Events: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the events that can be traced.")

    func run() {
      for kind in EventKind.allCases { print("\(kind.rawValue)  \(kind.name)  \(kind.summary)") }
    }
  }
}
