import ArgumentParser
import Pipeline
import Policy

/// Says what this machine offers to a tracer.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says what this machine offers, and what would be missing.",
    discussion: """
      Loads the BPF programs to try them; attaches nothing. Exits with 0, or with 2 when something \
      is missing.
      """)

  /// How it is said.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json
  }

  @Option(help: "text for people, or json: tracee-policy schema doctor.")
  var format = Format.text

  @Option(help: "The cgroup that is to be traced, as for apply.")
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
