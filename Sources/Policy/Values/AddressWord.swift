// SPDX-License-Identifier: Apache-2.0

/// The words that stand for blocks of addresses, in IPv4 and in IPv6.
///
/// Source: the IANA registries of special-purpose addresses; RFC 1918, RFC 4193, RFC 3927, RFC 5771, RFC 4291.
public enum AddressWord: String, CaseIterable, Sendable {
  /// 10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16 (RFC 1918), and fc00::/7 (RFC 4193).
  case `private`
  /// 127.0.0.0/8 and ::1.
  case loopback
  /// 224.0.0.0/4 and ff00::/8.
  case multicast
  /// 169.254.0.0/16 and fe80::/10.
  case linkLocal = "link-local"

  /// The words, as policies write them.
  static let names = allCases.map(\.rawValue)

  /// The blocks of the word, as CIDR.
  public var blocks: [String] {
    switch self {
    case .private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]
    case .loopback: ["127.0.0.0/8", "::1/128"]
    case .multicast: ["224.0.0.0/4", "ff00::/8"]
    case .linkLocal: ["169.254.0.0/16", "fe80::/10"]
    }
  }

  /// Returns the ranges of a word, in order of addresses; nil if the text is not one.
  static func ranges(_ text: String) -> [ClosedRange<IPAddress>]? {
    AddressWord(rawValue: text).flatMap { known[$0] }
  }

  private static let known = Dictionary(
    uniqueKeysWithValues: allCases.map { word in
      let ranges = word.blocks.compactMap { try? AddressSet($0).ranges }.joined()
      return (word, ranges.sorted { $0.lowerBound < $1.lowerBound })
    })
}
