import ArgumentParser
import Glibc
import Pipeline
import Policy
import System

/// Where events go.
struct OutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .customLong("output")], parsing: .singleValue,
    help: ArgumentHelp(
      "json, table, pcap or none, each with :PATH for a file; repeatable.",
      discussion: """
        Default: table on a terminal, else json. Options follow after commas: on-full=block|drop, \
        policies=NAME,…, events=EVENT,…: docs/cli.md.
        """),
    transform: DestinationArgument.parse)
  var outputs: [Destination] = []

  func validate() throws {
    if outputs.contains(where: { $0.format == .pcap && $0.path == nil }), Self.isTerminal {
      throw ValidationError("a terminal cannot show pcap: name a file, --output pcap:PATH")
    }
    for (index, output) in outputs.enumerated()
    where outputs[..<index].contains(where: output.collides) {
      throw ValidationError(
        "two outputs cannot write to \(output.path.map { "'\($0)'" } ?? "standard output"): "
          + "each would write into the other's lines")
    }
  }

  /// Compares the routes with a plan.
  ///
  /// - Throws: the exit code, after saying which policy is not there.
  func check(against plan: TracePlan) throws(ExitCode) {
    guard let fault = outputs.lazy.compactMap({ $0.fault(in: plan) }).first else { return }
    StandardError.say(fault)
    throw .validationFailure
  }

  /// Opens them all, or the standard one.
  ///
  /// - Parameter clock: tells the times of events.
  func open(clock: BootClock) throws(OutputError) -> [Output] {
    var opened: [Output] = []
    for destination in outputs.isEmpty ? [DestinationArgument.standard] : outputs {
      let isColoured = destination.path == nil && Self.isTerminal
      opened.append(try Output(destination, clock: clock, colour: isColoured))
    }
    return opened
  }

  private static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
}
