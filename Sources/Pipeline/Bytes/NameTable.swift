// SPDX-License-Identifier: Apache-2.0

import Policy

/// The names of numbers as an event shows them, ready to be written: one of the catalog's tables.
struct NameTable: Sendable {
  private var text: [UInt8] = []
  /// Of single numbers.
  private var places: [UInt16: Range<Int>] = [:]
  /// Of the numbers whose upper byte is a type, and whose lower is any code.
  private var types: [UInt8: Range<Int>] = [:]
  /// Of all other numbers.
  private var otherwise: Range<Int>?
  /// Of each number below 256, as the events have them most; empty for those without a name.
  private var low: [Range<Int>] = []

  static let ipProtocol = NameTable(.ipProtocol)
  static let icmp = NameTable(.icmp)
  static let icmpv6 = NameTable(.icmpv6)
  static let dnsOperation = NameTable(.dnsOperation)
  static let dnsResponseCode = NameTable(.dnsResponseCode)
  static let dnsType = NameTable(.dnsType)
  static let dnsClass = NameTable(.dnsClass)

  /// Takes a table of numbers of 16 bits at most.
  ///
  /// A name of one number is that number's, a name of 256 is that of a type of messages with any code, and a name of
  /// other numbers is that of all numbers without one.
  init(_ enumeration: Enumeration) {
    precondition(enumeration.maximum <= UInt16.max, "these numbers have 16 bits at most")
    for symbol in enumeration.symbols {
      let start = text.count
      text += symbol.name.utf8
      let place = start..<text.count
      if symbol.numbers.count == 1, let range = symbol.numbers.first, range.count == 1 {
        places[UInt16(range.lowerBound)] = place
      } else if symbol.numbers.count == 1, let range = symbol.numbers.first, range.count == 256 {
        types[UInt8(range.lowerBound >> 8)] = place
      } else {
        otherwise = place
      }
    }
    low = (0..<256).map { places[$0] ?? otherwise ?? 0..<0 }
  }

  /// Writes a number's name, or the number when it has none.
  func append(_ number: UInt16, to line: inout LineBuffer) {
    let place = number < 256 ? low[Int(number)] : places[number] ?? otherwise ?? 0..<0
    if !place.isEmpty {
      line.append(text.bytes.extracting(place))
    } else {
      line.append(decimal: number)
    }
  }

  /// Writes what a message of a type and a code is: `EchoReply`, `TimeExceeded(TTLExceeded)`, and numbers for what has
  /// no name: `Redirect(Code: 9)`, `EchoReply(Code: 1)`, `200(1)`.
  func append(type: UInt8, code: UInt8, to line: inout LineBuffer) {
    if let place = places[UInt16(type) << 8 | UInt16(code)] {
      line.append(text.bytes.extracting(place))
      return
    }
    guard let place = types[type] else {
      line.append(decimal: type)
      line.append("(")
      line.append(decimal: code)
      line.append(")")
      return
    }
    line.append(text.bytes.extracting(place))
    // A type that has codes has a name for its code 0.
    if code == 0 { return }
    line.append("(Code: ")
    line.append(decimal: code)
    line.append(")")
  }
}
