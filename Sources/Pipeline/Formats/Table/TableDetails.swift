// SPDX-License-Identifier: Apache-2.0

import Policy

extension PacketHeaders {
  /// The bytes after the transport header.
  func payloadLength(of length: UInt32) -> Int {
    let header =
      switch transport {
      case .none: 0
      case .tcp(let header): Int(header.dataOffset) * 4
      case .udp, .icmp: 8
      case .icmpv6: 4
      }
    return max(Int(length) - transportOffset - header, 0)
  }
}

extension LineBuffer {
  /// Writes an address and its port, if it has one; an IPv6 address with a port in brackets.
  mutating func append(
    _ address: IPAddress, _ port: UInt16?, _ family: PacketShape.Family
  ) {
    let bracketed = port != nil && family == .ipv6
    if bracketed { append("[") }
    append(address, in: family)
    if bracketed { append("]") }
    guard let port else { return }
    append(":")
    append(decimal: port)
  }

  /// Writes what matters of a transport header, after a space.
  mutating func append(details transport: PacketHeaders.Transport, payload: Int) {
    append(" ")
    switch transport {
    case .none: break
    case .tcp(let header):
      append(header.flags)
      append(" len ")
      append(decimal: UInt(payload))
      append(" seq ")
      append(decimal: header.sequence)
    case .udp:
      append("len ")
      append(decimal: UInt(payload))
    case .icmp(let header):
      NameTable.icmp.append(type: header.type, code: header.code, to: &self)
      if header.type == 0 || header.type == 8 {
        append(" id ")
        append(decimal: header.id)
        append(" seq ")
        append(decimal: header.sequence)
      }
    case .icmpv6(let header):
      NameTable.icmpv6.append(type: header.type, code: header.code, to: &self)
    }
  }

  /// Writes what matters of an IP header, after a space.
  mutating func append(details network: PacketHeaders.Network, length: UInt32) {
    append(" ")
    switch network {
    case .ipv4(let header):
      NameTable.ipProtocol.append(UInt16(header.nextProtocol), to: &self)
      append(" ttl ")
      append(decimal: header.timeToLive)
    case .ipv6(let header):
      NameTable.ipProtocol.append(UInt16(header.nextHeader), to: &self)
      append(" hops ")
      append(decimal: header.hopLimit)
    }
    append(" len ")
    append(decimal: length)
  }

  /// Writes what matters of a DNS message, after a space: what is asked, and what came of it.
  mutating func append(details message: borrowing DNSMessage) {
    append(message.isResponse ? " response" : " query")
    message.forEachQuestion { question in
      append(" ")
      NameTable.dnsType.append(question.type, to: &self)
      append(" ")
      append(dnsName: question.name, in: message.bytes, isJSON: false)
    }
    guard message.isResponse else { return }
    append(": ")
    NameTable.dnsResponseCode.append(message.responseCode, to: &self)
    append(", ")
    append(decimal: message.count(of: .answers))
    append(message.count(of: .answers) == 1 ? " answer" : " answers")
  }

  /// Writes what matters of a head, after a space: the method and the target, or the status.
  mutating func append(details head: borrowing HTTPHead) {
    append(" ")
    switch head.start {
    case .request(let method, let target, _):
      append(safeText: head.bytes.extracting(method), columns: 16)
      append(" ")
      append(asciiText: head.bytes.extracting(target))
    case .response(_, let status, _):
      append(asciiText: head.bytes.extracting(status))
    }
  }

  /// Writes a text for people, with a question mark for what is not printable ASCII.
  private mutating func append(asciiText text: RawSpan) {
    for offset in 0..<text.byteCount {
      let byte = text.byte(offset)
      append((0x20...0x7e).contains(byte) ? byte : UInt8(ascii: "?"))
    }
  }

  /// Writes a letter for each flag that is set, as tcpdump's users know them.
  private mutating func append(_ flags: TCPHeader.Flags) {
    if flags.isEmpty { append("none") }
    if flags.contains(.syn) { append("S") }
    if flags.contains(.fin) { append("F") }
    if flags.contains(.rst) { append("R") }
    if flags.contains(.psh) { append("P") }
    if flags.contains(.ack) { append(".") }
    if flags.contains(.urg) { append("U") }
    if flags.contains(.ece) { append("E") }
    if flags.contains(.cwr) { append("W") }
    if flags.contains(.ns) { append("e") }
  }
}
