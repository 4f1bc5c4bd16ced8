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
  /// The file, or `unix:` and the path of a socket; nil for standard output.
  public var path: String?
  /// What becomes of events for which there is no room.
  public var onFull = OnFull.block
  /// What events have in addition, in JSON only.
  public var additions: Set<EventAddition> = []
  /// Which events it gets.
  public var route = Route()

  /// Makes a destination; standard output by default.
  public init(_ format: OutputFormat, path: String? = nil) {
    self.format = format
    self.path = path
  }

  /// Whether both would write into each other's lines; at a socket each has a connection of its own.
  public func collides(with other: Destination) -> Bool {
    let isSocket = path?.hasPrefix(OutputFile.socketPrefix) ?? false
    return path == other.path && !isSocket && format != .none && other.format != .none
  }

  /// The format and the path, as the command line says them.
  public var name: String { format.rawValue + (path.map { ":" + $0 } ?? "") }
}
