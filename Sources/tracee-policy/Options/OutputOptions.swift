// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipeline
import Policy
import System

/// The `--output` options: where events go, and in which format.
struct OutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .customLong("output")], parsing: .singleValue,
    help: ArgumentHelp(
      "Write events as json, table, pcap or none; append :PATH for a file; repeatable.",
      discussion: """
        Default: table on a terminal, otherwise json. Or send them to another program: tcp:HOST:PORT, syslog, \
        syslog:udp:HOST:PORT, journald, forward:HOST:PORT, kafka:HOST:PORT/TOPIC, http://… or https://…. Append options after \
        commas: on-full=block|drop, policies=NAME,…, events=EVENT,…. See docs/cli.md.
        """),
    completion: Completions.outputs, transform: DestinationArgument.parse)
  var outputs: [Destination] = []

  func validate() throws {
    if let fault = Self.fault(in: outputs) { throw ValidationError(fault) }
  }

  /// Returns what is wrong with the combination of outputs, in one sentence; nil if nothing is.
  static func fault(in outputs: [Destination]) -> String? {
    if outputs.contains(where: { $0.format == .pcap && $0.place == .standardOutput }),
      Terminal.isOutput
    {
      return "cannot write pcap to a terminal; name a file with --output pcap:PATH"
    }
    for (index, output) in outputs.enumerated()
    where outputs[..<index].contains(where: output.collides) {
      return "two outputs cannot share \(output.place.quoted): "
        + "their lines would be mixed"
    }
    return nil
  }

  /// Checks that every policy named in an output's options is in the plan.
  ///
  /// - Throws: the exit code for wrong usage, after printing which policy is missing.
  func check(against plan: TracePlan) throws(ExitCode) {
    try Self.check(outputs, against: plan)
  }

  /// Checks that every policy named in the options of outputs is in the plan.
  ///
  /// - Throws: the exit code for wrong usage, after printing which policy is missing.
  static func check(_ outputs: [Destination], against plan: TracePlan) throws(ExitCode) {
    guard let fault = outputs.lazy.compactMap({ $0.fault(in: plan) }).first else { return }
    StandardError.report(fault)
    throw .validationFailure
  }

  /// Opens all outputs; without any, the default one on standard output.
  ///
  /// - Parameter clock: converts times of events to time since the epoch.
  /// - Throws: the error of the first output that cannot be opened.
  func open(clock: BootClock) throws(OutputError) -> [Output] {
    try Self.open(outputs, clock: clock)
  }

  /// Opens outputs; without any, the default one on standard output.
  ///
  /// - Parameter clock: converts times of events to time since the epoch.
  static func open(_ outputs: [Destination], clock: BootClock) throws(OutputError) -> [Output] {
    var opened: [Output] = []
    for destination in outputs.isEmpty ? [DestinationArgument.standard] : outputs {
      let isColoured = destination.place == .standardOutput && Terminal.showsColour
      opened.append(try Output(destination, clock: clock, colour: isColoured))
    }
    return opened
  }
}
