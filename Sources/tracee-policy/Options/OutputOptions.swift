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
        commas: on-full=block|drop, policies=NAME,…, events=EVENT,….
        """),
    completion: Completions.outputs, transform: DestinationArgument.parse)
  var outputs: [Destination] = []

  @Option(
    help: ArgumentHelp(
      "Print tables of this width in columns; 0 for no limit.",
      discussion: "Default: the terminal's width; no limit in a file or a pipe."))
  var width: Int?

  /// The widths of tables that can be chosen, in columns.
  private static let widths = TableStyle.narrowest...10_000

  func validate() throws {
    if let width, width != 0, !Self.widths.contains(width) {
      throw ValidationError(
        "--width takes 0 for no limit, or \(Self.widths.lowerBound) to \(Self.widths.upperBound) columns"
      )
    }
    if let fault = Self.fault(in: outputs) { throw ValidationError(fault) }
  }

  /// Returns what is wrong with the combination of outputs, in one sentence; nil if nothing is.
  static func fault(in outputs: [Destination]) -> String? {
    if outputs.contains(where: { $0.format == .pcap && $0.place == .standardOutput }),
      Terminal.isOutput
    {
      return "cannot write pcap to a terminal; name a file with --output pcap:PATH"
    }
    return outputs.indices.lazy.compactMap { collision(of: outputs[$0], with: outputs[..<$0]) }
      .first
  }

  /// Returns why an output cannot be used next to others, in one sentence; nil if it can.
  static func collision(
    of output: Destination, with others: some Sequence<Destination>
  ) -> String? {
    guard others.contains(where: output.collides) else { return nil }
    return "two outputs cannot share \(output.place.quoted): their lines would be mixed"
  }

  /// Returns a warning for each output of a configuration whose options name what is not in the plan.
  static func remarks(on outputs: [Destination], _ plan: TracePlan) -> String {
    outputs.compactMap { $0.fault(in: plan) }
      .map { StandardError.line("warning: \($0); the output gets no events of it") }.joined()
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
    try Self.open(outputs, width: width, clock: clock)
  }

  /// Opens outputs; without any, the default one on standard output.
  ///
  /// - Parameters:
  ///   - width: of tables, in columns; 0 for no limit, nil for that of the terminal.
  ///   - clock: converts times of events to time since the epoch.
  static func open(
    _ outputs: [Destination], width: Int?, clock: BootClock
  ) throws(OutputError) -> [Output] {
    var opened: [Output] = []
    for destination in outputs.isEmpty ? [DestinationArgument.standard] : outputs {
      opened.append(try Output(destination, clock: clock, style: style(of: destination, width)))
    }
    return opened
  }

  /// Returns how a table at a destination is printed.
  private static func style(of destination: Destination, _ width: Int?) -> TableStyle {
    let isTerminal = destination.place == .standardOutput && Terminal.isOutput
    var style = TableStyle(isColoured: isTerminal && Terminal.showsColour)
    if let width {
      style.width = width == 0 ? nil : width
    } else if isTerminal {
      // A terminal of unknown size has the width of most; a very narrow one wraps its lines.
      style.width = max(Terminal.width ?? 80, TableStyle.narrowest)
    }
    return style
  }
}
