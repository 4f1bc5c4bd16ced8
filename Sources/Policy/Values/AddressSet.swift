// SPDX-License-Identifier: Apache-2.0

/// The addresses that one value of a filter matches: an address, a prefix, a range, `10.1.*`, or a word.
///
/// Addresses are one space of 128 bits in which IPv4 is `::ffff:0:0/96`. What is written as IPv6 and merely contains
/// that block leaves it out, so `::/0` is IPv6 only; what lies inside it, such as `::ffff:10.0.0.0/104`, is IPv4.
public struct AddressSet: Equatable, Sendable {
  /// One range, the two around the IPv4 block, or those of a word, in order.
  public var ranges: [ClosedRange<IPAddress>]
  /// The prefix without the bits after its length, `10.0.0.0/8` for `10.0.0.1/8`; nil if none of them is set.
  public var maskedPrefix: String?

  /// Parses a value.
  ///
  /// - Throws: the reason why the text is not an address, prefix, range or wildcard.
  public init(_ text: String) throws(ValueFault) {
    if let address = IPAddress.ipv4(text[...]) {
      self.init(ranges: [IPAddress(ipv4: address)...IPAddress(ipv4: address)])
    } else if let ranges = AddressWord.ranges(text) {
      self.init(ranges: ranges)
    } else if let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) {
      try self.init(address: text[..<slash], prefixLength: text[text.index(after: slash)...])
    } else if let dash = text.utf8.firstIndex(of: UInt8(ascii: "-")) {
      try self.init(from: text[..<dash], to: text[text.index(after: dash)...])
    } else if text.utf8.contains(UInt8(ascii: "*")) {
      try self.init(wildcard: text)
    } else {
      try self.init(single: text)
    }
  }

  private init(ranges: [ClosedRange<IPAddress>]) { self.ranges = ranges }

  private init(single text: String) throws(ValueFault) {
    let address = try Self.address(text)
    ranges = [address...address]
  }

  private init(address text: Substring, prefixLength: Substring) throws(ValueFault) {
    let address = try Self.address(text)
    let isIPv4 = Self.isWrittenAsIPv4(text)
    let longest: UInt64 = isIPv4 ? 32 : 128
    guard let length = WholeNumber.decimal(prefixLength.utf8), length <= longest else {
      throw ValueFault(
        "`\(prefixLength)` is not a prefix length of \(isIPv4 ? "IPv4" : "IPv6"): 0 to \(longest)",
        replacement: isIPv4 ? Self.length(ofMask: prefixLength).map { "\(text)/\($0)" } : nil)
    }
    let range = address.prefix(length: Int(length) + (isIPv4 ? 96 : 0))
    if range.lowerBound != address {
      maskedPrefix = "\(range.lowerBound.spelled(asIPv4: isIPv4))/\(length)"
    }
    ranges = isIPv4 ? [range] : Self.withoutIPv4(range)
  }

  private init(from first: Substring, to last: Substring) throws(ValueFault) {
    let low = try Self.address(first)
    let high = try Self.address(last)
    guard Self.isWrittenAsIPv4(first) == Self.isWrittenAsIPv4(last) else {
      throw ValueFault("the ends of a range must be of the same family")
    }
    guard low <= high else {
      throw ValueFault("the range is empty: `\(first)` is after `\(last)`")
    }
    ranges = Self.isWrittenAsIPv4(first) ? [low...high] : Self.withoutIPv4(low...high)
  }

  /// `10.*` to `10.1.2.*`; whole numbers only, and at least one.
  private init(wildcard text: String) throws(ValueFault) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let numbers = parts.dropLast()
    guard parts.last == "*", (1...3).contains(numbers.count) else {
      throw ValueFault("a wildcard address is one to three numbers and a star, such as 10.1.*")
    }
    let zeros = repeatElement("0", count: 4 - numbers.count)
    let whole = (numbers.map(String.init) + zeros).joined(separator: ".")
    ranges = [try Self.address(whole).prefix(length: 96 + 8 * numbers.count)]
  }

  private static func address(_ text: some StringProtocol) throws(ValueFault) -> IPAddress {
    let text = String(text)
    if let address = IPAddress(text) { return address }
    throw fault(of: text)
  }

  /// Returns the fault of a text that is not an address.
  private static func fault(of text: String) -> ValueFault {
    let reason = "`\(text)` is not an IPv4 or IPv6 address"
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      let inside = String(text[text.index(after: text.startIndex)..<end])
      let rest = text[text.index(after: end)...]
      if IPAddress(inside) != nil {
        return rest.isEmpty
          ? ValueFault(reason, replacement: inside)
          : ValueFault(reason, help: "write `\(inside)`, and the port as a filter of its own")
      }
    }
    if let colon = text.lastIndex(of: ":"), IPAddress(String(text[..<colon])) != nil {
      return ValueFault(
        reason, help: "write `\(text[..<colon])`, and the port as a filter of its own")
    }
    let near = Nearest.words(to: text, among: AddressWord.names)
    if near.count == 1 {
      return ValueFault(reason, help: "did you mean `\(near[0])`?", replacement: near[0])
    }
    let looksLikeName = text.contains(".") && text.contains { $0.isLetter } && !text.contains(":")
    return ValueFault(
      reason, help: looksLikeName ? "names are not resolved: write the addresses" : nil)
  }

  /// Returns the prefix length that a mask such as `255.0.0.0` stands for; nil if the text is not such a mask.
  private static func length(ofMask text: Substring) -> Int? {
    guard let mask = IPAddress.ipv4(text), mask != 0 else { return nil }
    let length = (~mask).leadingZeroBitCount
    return mask.trailingZeroBitCount == 32 - length ? length : nil
  }

  private static func isWrittenAsIPv4(_ text: Substring) -> Bool {
    !text.utf8.contains(UInt8(ascii: ":"))
  }

  /// Returns the range or, if it contains the whole IPv4 block and more, what is before and after that block.
  private static func withoutIPv4(_ range: ClosedRange<IPAddress>) -> [ClosedRange<IPAddress>] {
    let block = IPAddress(ipv4: 0)...IPAddress(ipv4: .max)
    guard range.contains(block.lowerBound), range.contains(block.upperBound), range != block else {
      return [range]
    }
    var parts: [ClosedRange<IPAddress>] = []
    if range.lowerBound < block.lowerBound {
      parts.append(range.lowerBound...IPAddress(high: 0, low: block.lowerBound.low - 1))
    }
    if range.upperBound > block.upperBound {
      parts.append(IPAddress(high: 0, low: block.upperBound.low + 1)...range.upperBound)
    }
    return parts
  }
}

extension IPAddress {
  /// Returns the addresses that share the first `length` bits of this one, 0 to 128.
  public func prefix(length: Int) -> ClosedRange<IPAddress> {
    precondition((0...128).contains(length), "an address has 128 bits")
    let highMask: UInt64 = length >= 64 ? .max : ~(.max >> UInt64(length))
    let lowMask: UInt64 = length <= 64 ? 0 : length == 128 ? .max : ~(.max >> UInt64(length - 64))
    return IPAddress(
      high: high & highMask, low: low & lowMask)...IPAddress(
        high: high | ~highMask, low: low | ~lowMask)
  }

  /// Returns the text of the address in the family in which it was written, so that a mapped prefix stays IPv6.
  func spelled(asIPv4: Bool) -> String {
    guard !asIPv4, ipv4 != nil else { return description }
    return "::ffff:" + description
  }
}
