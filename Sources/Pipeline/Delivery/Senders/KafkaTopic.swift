// SPDX-License-Identifier: Apache-2.0

/// A topic of Kafka, and the brokers that are asked for it first.
public struct KafkaTopic: Hashable, Sendable, CustomStringConvertible {
  /// The brokers; each tells which others there are.
  public let brokers: [Endpoint]
  /// The name of the topic.
  public let name: String

  /// Reads `HOST:PORT[,HOST:PORT…]/TOPIC`; nil for anything else.
  ///
  /// A name has at most 249 letters, digits, points, lines and dashes, as Kafka has it.
  init?(parsing text: String) {
    let halves = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard halves.count == 2 else { return nil }
    let brokers = halves[0].split(separator: ",", omittingEmptySubsequences: false)
    let endpoints = brokers.compactMap { Endpoint(parsing: $0) }
    let isName = halves[1].utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20)
        || "._-".utf8.contains(byte)
    }
    guard endpoints.count == brokers.count, isName, (1...249).contains(halves[1].utf8.count),
      halves[1] != ".", halves[1] != ".."
    else { return nil }
    self.brokers = endpoints
    name = String(halves[1])
  }

  /// The brokers as a list with commas.
  var servers: String { brokers.map(\.description).joined(separator: ",") }

  /// The text that the command line takes.
  public var description: String { "kafka:\(servers)/\(name)" }
}
