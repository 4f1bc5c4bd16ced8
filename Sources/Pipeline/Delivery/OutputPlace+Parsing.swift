// SPDX-License-Identifier: Apache-2.0

extension OutputPlace {
  /// The words before the first colon of places that are no paths.
  enum Scheme: String, CaseIterable {
    case unix, tcp, syslog, journald, forward, http, https, kafka

    /// Whether nothing has to follow it.
    var mayBeAlone: Bool { self == .syslog || self == .journald }

    /// Whether an output can begin with it, and has a format of its own then.
    var impliesFormat: Bool { self != .unix }
  }

  /// How the places begin that need no format before them.
  public static let forms = [
    "forward:", "forward:tls:", "http://", "https://", "journald", "kafka:", "syslog",
    "syslog:tcp:", "syslog:tls:", "syslog:udp:", "tcp:",
  ]

  /// Reads `PATH`, `unix:PATH`, `tcp:HOST:PORT` and the like.
  init(parsing text: String) throws(Destination.ParsingError) {
    let halves = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let scheme = Scheme(rawValue: String(halves[0])),
      halves.count == 2 || scheme.mayBeAlone, !text.hasPrefix("unix://")
    else {
      if let scheme = Self.networkScheme(of: text) {
        throw Destination.ParsingError(
          description: "`\(text)` is not a destination: there are files, FIFOs, `unix:PATH` and "
            + "\(Self.forms.map { "`\($0)`" }.joined(separator: ", ")); "
            + "pipe standard output into a program that sends to \(scheme), "
            + "or write `./\(text)` for a file of that name")
      }
      self = .file(text)
      return
    }
    let rest = halves.count == 2 ? String(halves[1]) : ""
    switch scheme {
    case .unix:
      guard !rest.isEmpty else {
        throw Destination.ParsingError(description: "a path is missing after `unix:`")
      }
      self = .unix(rest)
    case .tcp: self = .tcp(try Self.endpoint(rest, of: scheme))
    case .http, .https: self = .http(try EventURL(parsing: text))
    case .kafka:
      guard let topic = KafkaTopic(parsing: rest) else {
        throw Destination.ParsingError(
          description:
            "`kafka:` takes HOST:PORT/TOPIC, with commas between several brokers, not `\(rest)`")
      }
      self = .kafka(topic)
    case .forward:
      let isSecure = rest.hasPrefix("tls:")
      let server = isSecure ? String(rest.dropFirst(4)) : rest
      self = .forward(try Self.endpoint(server, of: scheme), isSecure: isSecure)
    case .syslog: self = .syslog(try Self.receiver(rest))
    case .journald:
      // The name becomes a part of a path.
      guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "/") }),
        !rest.hasPrefix(".")
      else {
        throw Destination.ParsingError(
          description: "`journald:` takes the name of a journal namespace, not `\(rest)`")
      }
      self = .journald(rest.isEmpty ? nil : rest)
    }
  }

  /// Reads a place that an output may begin with; nil for anything else.
  init?(implyingFormat text: String) throws(Destination.ParsingError) {
    let word = text.prefix { $0 != ":" }
    guard let scheme = Scheme(rawValue: String(word)), scheme.impliesFormat,
      scheme.mayBeAlone || word.count < text.count
    else { return nil }
    try self.init(parsing: text)
  }

  private static func receiver(
    _ text: String
  ) throws(Destination.ParsingError) -> SyslogReceiver {
    if text.isEmpty { return .local(SyslogReceiver.standardPath) }
    let halves = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    if halves.count == 2, halves[0] == "unix", !halves[1].isEmpty {
      return .local(String(halves[1]))
    }
    if halves.count == 2, let endpoint = Endpoint(parsing: halves[1]) {
      if halves[0] == "udp" { return .udp(endpoint) }
      if halves[0] == "tcp" { return .tcp(endpoint) }
      if halves[0] == "tls" { return .tls(endpoint) }
    }
    throw Destination.ParsingError(
      description: "`syslog:` takes udp:HOST:PORT, tcp:HOST:PORT, tls:HOST:PORT or unix:PATH, "
        + "not `\(text)`")
  }

  private static func endpoint(
    _ text: String, of scheme: Scheme
  ) throws(Destination.ParsingError) -> Endpoint {
    guard let endpoint = Endpoint(parsing: text) else {
      throw Destination.ParsingError(
        description: "`\(scheme.rawValue):` takes HOST:PORT or [IPV6]:PORT, not `\(text)`")
    }
    return endpoint
  }

  private static let networkSchemes = [
    "amqp", "forward", "ftp", "grpc", "http", "https", "journald", "kafka", "mqtt", "nats", "redis",
    "ssl", "syslog", "tcp", "tcp4", "tcp6", "tls", "udp", "udp4", "udp6", "unixgram", "ws", "wss",
  ]

  /// Returns the scheme that a path starts with if it looks like an address of a network: `tcp:` or `x://`.
  private static func networkScheme(of path: String) -> String? {
    guard let colon = path.firstIndex(of: ":") else { return nil }
    let scheme = path[..<colon].lowercased()
    let isWord =
      scheme.first?.isLetter ?? false
      && scheme.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
    let isURL = isWord && path[colon...].hasPrefix("://")
    return isURL || networkSchemes.contains(scheme) ? scheme : nil
  }
}
