// SPDX-License-Identifier: Apache-2.0

import Policy

/// The texts of DNS messages. Source: `docs/events.md`.
extension LineBuffer {
  /// Writes a name: its labels with dots between, the root as nothing.
  ///
  /// A dot or a backslash in a label has a backslash before it; a byte that is not printable ASCII is `\DDD`
  /// (RFC 1035 §5.1).
  ///
  /// - Parameter isJSON: whether it is a part of a JSON string.
  mutating func append(dnsName name: DNSName, in message: RawSpan, isJSON: Bool = true) {
    var labels = name.labels(in: message)
    var isFirst = true
    while let label = labels.next() {
      if !isFirst { append(".") }
      isFirst = false
      append(dnsLabel: message.extracting(label), isJSON)
    }
  }

  private mutating func append(dnsLabel label: RawSpan, _ isJSON: Bool) {
    var plainFrom = 0
    while let offset = label.offset(in: plainFrom..<label.byteCount, where: \.bytesSpecialInNames) {
      append(label.extracting(plainFrom..<offset))
      append(dnsByte: label.byte(offset), isJSON)
      plainFrom = offset + 1
    }
    append(label.extracting(droppingFirst: plainFrom))
  }

  private mutating func append(dnsByte byte: UInt8, _ isJSON: Bool) {
    let backslash: StaticString = isJSON ? "\\\\" : "\\"
    switch byte {
    case UInt8(ascii: "."):
      append(backslash)
      append(".")
    case UInt8(ascii: "\\"):
      append(backslash)
      append(backslash)
    case UInt8(ascii: "\""):
      append(isJSON ? "\\\"" : "\"")
    case 0x20...0x7e: append(byte)
    default:
      append(backslash)
      append(UInt8(ascii: "0") + byte / 100)
      append(UInt8(ascii: "0") + byte / 10 % 10)
      append(UInt8(ascii: "0") + byte % 10)
    }
  }

  /// Writes an address that a record holds.
  mutating func append(dnsAddress record: DNSRecord, in message: RawSpan) {
    let start = record.data.lowerBound
    switch record.content {
    case .ipv4: append(IPAddress(ipv4: message.network(start)), in: .ipv4)
    case .ipv6:
      append(IPAddress(high: message.network(start), low: message.network(start + 8)), in: .ipv6)
    default: break
    }
  }

  /// Writes the strings of a TXT record, each as UTF-8, joined, perhaps within a JSON string.
  mutating func append(dnsStrings record: DNSRecord, in message: RawSpan, isJSON: Bool = true) {
    DNSRecord.forEachString(message, record.data) {
      let string = message.extracting($0)
      if isJSON { append(jsonPart: string) } else { append(repairing: string) }
    }
  }

  /// Writes the data of an option, perhaps within a JSON string: as text when it is printable ASCII, else in hexadecimal.
  mutating func append(dnsOption data: RawSpan, isJSON: Bool = true) {
    var isPrintable = true
    for offset in 0..<data.byteCount where !(0x20...0x7e).contains(data.byte(offset)) {
      isPrintable = false
    }
    if isPrintable {
      append(part: data, isJSON: isJSON)
      return
    }
    for offset in 0..<data.byteCount {
      append(hexDigit: UInt32(data.byte(offset) >> 4))
      append(hexDigit: UInt32(data.byte(offset) & 15))
    }
  }

  /// Writes the name of an option (the IANA registry of DNS EDNS0 option codes); its number when it has none.
  mutating func append(dnsOptionCode code: UInt16) {
    switch code {
    case 3: append("NSID")
    case 5: append("DAU")
    case 6: append("DHU")
    case 7: append("N3U")
    case 8: append("EDNSClientSubnet")
    case 9: append("EDNSExpire")
    case 10: append("Cookie")
    case 11: append("EDNSKeepAlive")
    case 12: append("Padding")
    case 13: append("Chain")
    case 14: append("EDNSKeyTag")
    case 15: append("ExtendedDNSError")
    case 16: append("EDNSClientTag")
    case 17: append("EDNSServerTag")
    case 18: append("ReportChannel")
    case 19: append("ZoneVersion")
    default: append(decimal: code)
    }
  }
}

extension UInt64 {
  /// The bytes that a label cannot have as they are, in a JSON string or outside.
  @inline(__always)
  fileprivate var bytesSpecialInNames: UInt64 {
    bytes(below: 0x20) | bytesAbove127 | bytes(equalTo: 0x7f) | bytes(equalTo: UInt8(ascii: "."))
      | bytes(equalTo: UInt8(ascii: "\"")) | bytes(equalTo: UInt8(ascii: "\\"))
  }
}
