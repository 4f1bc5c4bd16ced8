// SPDX-License-Identifier: Apache-2.0

/// A packet and its owner that show a difference, in the words of `explain --packet` and `--owner`.
public struct PacketWitness: Equatable, Sendable {
  /// The packet.
  public let packet: PacketExpression
  /// Its owner; nil when nobody owns it.
  public let owner: OwnerExpression?
}

/// Writes a witness: the values that matter, and the usual ones for the rest.
struct WitnessWriter {
  private let event: EventKind
  private let isIPv4: Bool
  private let isOwned: Bool
  private var source: IntervalSet<IPAddress>
  private var destination: IntervalSet<IPAddress>
  private var sourcePorts = IntervalSet<UInt64>([0...65535])
  private var destinationPorts = IntervalSet<UInt64>([0...65535])
  private var directions = IntervalSet<UInt64>([0...1])
  private var protocols = IntervalSet<UInt64>([0...255])
  private var packetWords: [String] = []
  private var ownerWords: [String] = []

  init(_ event: EventKind, isIPv4: Bool, isOwned: Bool) {
    self.event = event
    self.isIPv4 = isIPv4
    self.isOwned = isOwned
    let ipv4 = IntervalSet([IPAddress.ipv4Block])
    source = isIPv4 ? ipv4 : IntervalSet([IPAddress.all]).subtracting(ipv4)
    destination = source
  }

  /// Takes one of the values that a variable may have.
  mutating func add(_ variable: Variable, _ values: ValueRange) {
    switch (variable, values) {
    case (.packet(.source), .addresses(let set)): source = set
    case (.packet(.destination), .addresses(let set)): destination = set
    case (.packet(.sourcePort), .numbers(let set)): sourcePorts = set
    case (.packet(.destinationPort), .numbers(let set)): destinationPorts = set
    case (.packet(.direction), .numbers(let set)): directions = set
    case (.packet(.returnValue), _): break
    case (.packet(let field), .numbers(let set)):
      if field.rawValue == "metadata.protocol" {
        protocols = set
        return
      }
      guard let number = set.pick(Self.usual(field)) else { return }
      packetWords.append(field.word(.number(number)))
    case (.packet(let field), .addresses(let set)):
      guard let address = set.pick([]) else { return }
      packetWords.append(field.word(.address(address)))
    case (.owner(let field), .numbers(let set)):
      guard let number = set.pick([1000, 1]) else { return }
      ownerWords.append("\(field.rawValue)=\(number)")
    case (.owner, .addresses), (.other, _): break
    }
  }

  /// Takes a value that was listed.
  mutating func add(_ variable: Variable, _ candidate: Candidate) {
    switch variable {
    case .owner: ownerWords += candidate.words
    case .packet: packetWords += candidate.words
    case .other: break
    }
  }

  /// The witness; nil when its words contradict each other.
  var witness: PacketWitness? {
    guard let transport, let source = source.pick(Self.sources),
      let destination = destination.pick(Self.destinations),
      let direction = directions.pick([1])
    else { return nil }
    var ends = (from: source.description, to: destination.description)
    if event.hasPorts {
      guard let ports = ports(transport) else { return nil }
      let (open, close) = isIPv4 ? ("", "") : ("[", "]")
      ends = (
        "\(open)\(ends.from)\(close):\(ports.source)",
        "\(open)\(ends.to)\(close):\(ports.destination)"
      )
    }
    let words =
      [direction == 0 ? "ingress" : "egress", transport, ends.from, ">", ends.to]
      + packetWords.sorted() + contentWords
    guard let packet = try? PacketExpression(words.joined(separator: " ")) else { return nil }
    guard isOwned else { return PacketWitness(packet: packet, owner: nil) }
    let owner = ownerWords.isEmpty ? ["comm=x"] : ownerWords.sorted()
    guard let owner = try? OwnerExpression(owner.joined(separator: " ")) else { return nil }
    return PacketWitness(packet: packet, owner: owner)
  }

  /// The word that states the message, unless the fields do.
  private var contentWords: [String] {
    let isStated = packetWords.contains {
      $0.contains("data.proto_dns.") || $0.contains("data.proto_http.")
    }
    switch event {
    case .dns: return isStated ? [] : [ContentExpression.Word.dnsRequest.rawValue]
    case .http: return isStated ? [] : [ContentExpression.Word.httpRequest.rawValue]
    case .dnsRequest: return [ContentExpression.Word.dnsRequest.rawValue]
    case .dnsResponse: return [ContentExpression.Word.dnsResponse.rawValue]
    case .httpRequest: return [ContentExpression.Word.httpRequest.rawValue]
    case .httpResponse: return [ContentExpression.Word.httpResponse.rawValue]
    case .ipv4, .ipv6, .tcp, .udp, .icmp, .icmpv6: return []
    }
  }

  private var transport: String? {
    switch event {
    case .ipv4, .ipv6: "ip"
    case .tcp: "tcp"
    case .udp: "udp"
    case .icmp: "icmp"
    case .icmpv6: "icmp6"
    case .http, .httpRequest, .httpResponse: protocols.contains(6) ? "tcp" : nil
    case .dns, .dnsRequest, .dnsResponse:
      protocols.contains(17) ? "udp" : protocols.contains(6) ? "tcp" : nil
    }
  }

  /// The ports; those of DNS where one is needed.
  private func ports(_ transport: String) -> (source: UInt64, destination: UInt64)? {
    let usual: [UInt64] = event.isOfHTTP ? [80] : [443, 80]
    guard event.isOfDNS else {
      guard let source = sourcePorts.pick([40000]), let destination = destinationPorts.pick(usual)
      else { return nil }
      return (source, destination)
    }
    let ofDNS = ContentProtocol.dns.description.ports[transport == "udp" ? .udp : .tcp] ?? []
    for port in ofDNS.sorted().map(UInt64.init) {
      if destinationPorts.contains(port), let source = sourcePorts.pick([40000]) {
        return (source, port)
      }
      if sourcePorts.contains(port), let destination = destinationPorts.pick([40000]) {
        return (port, destination)
      }
    }
    return nil
  }

  private static let sources = [IPAddress("10.0.0.5"), IPAddress("fd00::5")].compactMap { $0 }
  private static let destinations = [
    IPAddress("192.0.2.1"), IPAddress("10.0.0.9"), IPAddress("2001:db8::1"), IPAddress("fd00::9"),
  ].compactMap { $0 }

  private static func usual(_ field: PacketField) -> [UInt64] {
    switch field.rawValue {
    case "proto_ipv4.TTL", "proto_ipv6.hopLimit": [64]
    case "proto_ipv4.IHL", "proto_tcp.dataOffset": [5]
    case "proto_ipv4.protocol", "proto_ipv6.nextHeader": [6, 17]
    default: [0]
    }
  }
}

extension IntervalSet {
  /// The first of some values that is in the set, else its smallest that is not the least of all.
  fileprivate func pick(_ usual: [Value]) -> Value? {
    if let value = usual.first(where: contains) { return value }
    guard let first = intervals.first else { return nil }
    if first.lowerBound.previous == nil, let next = first.lowerBound.next, first.contains(next) {
      return next
    }
    return first.lowerBound
  }
}

extension EventKind {
  fileprivate var isOfDNS: Bool {
    switch self {
    case .dns, .dnsRequest, .dnsResponse: true
    case .ipv4, .ipv6, .tcp, .udp, .icmp, .icmpv6, .http, .httpRequest, .httpResponse: false
    }
  }

  fileprivate var isOfHTTP: Bool { self == .http || self == .httpRequest || self == .httpResponse }
}
