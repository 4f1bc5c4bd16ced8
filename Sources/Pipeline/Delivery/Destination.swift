// SPDX-License-Identifier: Apache-2.0

/// Where events go, and in which form: one `--output` of the command line.
public struct Destination: Equatable, Sendable {
  /// What becomes of events for which there is no room.
  public enum OnFull: String, CaseIterable, Sendable {
    /// Everything waits as long as the ring has room; then it loses what others get, and alone, what the ring cannot hold.
    case block
    /// They are lost for this output alone, which says so.
    case drop
  }

  /// How.
  public var format: OutputFormat
  /// Where to.
  public var place: OutputPlace
  /// What becomes of events for which there is no room.
  public var onFull = OnFull.block
  /// The names and the structure of events, in JSON only.
  public var shape = EventShape.tracee
  /// What events have in addition, in JSON only.
  public var additions: Set<EventAddition> = []
  /// The most bytes of a message, where messages have a limit; nil for the usual one.
  public var messageLimit: Int?
  /// The tag that events have in Fluent's Forward protocol; nil for the usual one.
  public var tag: String?
  /// A file with the key that a server of Forward has, too; nil for none.
  public var sharedKey: String?
  /// A file with settings of librdkafka; nil for none.
  public var kafkaSettings: String?
  /// Whom connections of TLS trust, and who they are.
  public var tls = TLSOptions()
  /// How events are sent over HTTP.
  public var http = HTTPOptions()
  /// Which events it gets.
  public var route = Route()

  /// Makes a destination; standard output by default.
  public init(_ format: OutputFormat, _ place: OutputPlace = .standardOutput) {
    self.format = format
    self.place = place
  }

  /// Makes a destination that is a file.
  public init(_ format: OutputFormat, path: String) { self.init(format, .file(path)) }

  /// Whether both would write into each other's lines; at a socket each has a connection of its own.
  public func collides(with other: Destination) -> Bool {
    place.isSamePlace(as: other.place) && !place.isConnection && format != .none
      && other.format != .none
  }

  /// The format and the place, as the command line says them.
  public var name: String {
    if place == .standardOutput { return format.rawValue }
    let isImplied = place.impliesFormat && format == place.formats[0]
    return isImplied ? "\(place)" : "\(format.rawValue):\(place)"
  }
}
