/// Where events go, and in which form: one `--output` of the command line.
public struct Destination: Equatable, Sendable {
  /// How events are written.
  public enum Format: String, CaseIterable, Sendable {
    /// One object a line. Source: `docs/event-json.md`.
    case json
    /// One line of a table for people.
    case table
    /// Not at all; they are only counted.
    case none
  }

  /// How.
  public var format: Format
  /// The file; nil for standard output.
  public var path: String?

  /// Makes a destination; standard output by default.
  public init(_ format: Format, path: String? = nil) {
    self.format = format
    self.path = path
  }

  /// What the command line says for it.
  public var name: String { format.rawValue + (path.map { ":" + $0 } ?? "") }

  /// Reads `json`, `table:PATH` and the like; nil when the format is none of these or the path after the colon is empty.
  public init?(argument: String) {
    let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let format = Format(rawValue: String(parts[0])) else { return nil }
    if parts.count == 2, parts[1].isEmpty { return nil }
    self.init(format, path: parts.count == 2 ? String(parts[1]) : nil)
  }
}
