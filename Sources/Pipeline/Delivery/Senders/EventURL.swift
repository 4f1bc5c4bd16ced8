// SPDX-License-Identifier: Apache-2.0

/// The URL that batches of events are sent to.
public struct EventURL: Hashable, Sendable {
  /// The URL as it was given.
  public let text: String
  /// The host and the port in it; the port is the scheme's unless it names one.
  public let endpoint: Endpoint
  /// Whether the connection is of TLS.
  public let isSecure: Bool

  /// Reads `http://HOST[:PORT][/PATH][?QUERY]`, or the same with `https`.
  ///
  /// - Throws: a sentence about what is wrong. A user's name and password are refused: whoever can list processes can read
  ///   them.
  init(parsing text: String) throws(Destination.ParsingError) {
    func fault(_ reason: String) -> Destination.ParsingError {
      Destination.ParsingError(description: "`\(text)` is not a URL for events: \(reason)")
    }
    let isSecure = text.hasPrefix("https://")
    guard isSecure || text.hasPrefix("http://") else {
      throw fault("it needs `//` after the colon")
    }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw fault("other bytes than those of ASCII are written as %XX")
    }
    let rest = text.dropFirst(isSecure ? 8 : 7)
    let authority = rest.prefix { !"/?#".contains($0) }
    guard !authority.contains("@") else {
      throw fault("name a file with the Authorization header by `headers=` instead")
    }
    guard !text.contains("#") else { throw fault("a fragment is never sent") }
    let hasPort = authority.last != "]" && authority.contains(":")
    let full = hasPort ? String(authority) : "\(authority):\(isSecure ? 443 : 80)"
    guard let endpoint = Endpoint(parsing: full) else { throw fault("it needs a host") }
    (self.text, self.endpoint, self.isSecure) = (text, endpoint, isSecure)
  }
}

extension EventURL: CustomStringConvertible {
  /// The URL without its query, in which there may be what others should not read.
  public var description: String {
    let path = text.prefix { $0 != "?" }
    return path.count < text.count ? "\(path)?…" : text
  }
}

extension Destination {
  /// How events are sent over HTTP.
  public struct HTTPOptions: Hashable, Sendable {
    /// What the body of a request is.
    public enum Body: String, CaseIterable, Sendable {
      /// A line for each event.
      case ndjson
      /// The same with an action before each event, as the bulk interface of Elasticsearch and OpenSearch takes it.
      case bulk
      /// A row for each event, in the form `JSONEachRow` of ClickHouse: its JSON as a text in the column `event`.
      case clickhouse
    }

    /// What the body of a request is.
    public var body = Body.ndjson
    /// Whether the body is compressed with gzip.
    public var isCompressed = false
    /// A file with further headers, one a line; nil for none.
    public var headers: String?
  }
}
