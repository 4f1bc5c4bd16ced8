// SPDX-License-Identifier: Apache-2.0

/// The packets between two ends, in both directions, and the owner that they have.
public struct FlowOwner: Equatable, Sendable {
  /// An address, and a port if only one is meant.
  public struct End: Equatable, Sendable {
    /// The address.
    public var address: IPAddress
    /// The port; nil for any, and for packets without ports.
    public var port: UInt16?

    /// Whether an address and a port are those of the end.
    public func holds(_ address: IPAddress, _ port: UInt16?) -> Bool {
      self.address == address && (self.port == nil || self.port == port)
    }
  }

  /// One end.
  public var first: End
  /// The other.
  public var second: End
  /// The owner.
  public var owner: OwnerExpression

  /// Reads two ends between blanks: `10.0.0.2:40000 8.8.8.8:53`.
  public init(between text: String, owner: OwnerExpression) throws(ExpressionFault) {
    let words = try ExpressionFault.words(of: text)
    guard words.count == 2 else {
      throw ExpressionFault(
        "a flow has two ends", help: "write both between blanks: 10.0.0.2:40000 8.8.8.8:53")
    }
    first = try Self.end(words[0])
    second = try Self.end(words[1])
    guard (first.address.ipv4 == nil) == (second.address.ipv4 == nil) else {
      throw ExpressionFault("one address is of IPv4 and one of IPv6")
    }
    self.owner = owner
  }

  private static func end(_ word: String) throws(ExpressionFault) -> End {
    let (address, port) = try PacketExpression.endpoint(word, hasPort: true)
    return End(address: address, port: port.map { UInt16(truncatingIfNeeded: $0) })
  }

  /// Whether a packet belongs to the flow.
  public func holds(
    from source: IPAddress, _ sourcePort: UInt16?, to destination: IPAddress,
    _ destinationPort: UInt16?
  ) -> Bool {
    first.holds(source, sourcePort) && second.holds(destination, destinationPort)
      || second.holds(source, sourcePort) && first.holds(destination, destinationPort)
  }
}
