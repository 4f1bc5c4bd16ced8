// SPDX-License-Identifier: Apache-2.0

/// Why a packet's header of TCP, UDP or ICMP is not found, so that it gives an event of IP alone.
///
/// Source: `enum tp_hiding` of `tp_tables.h`.
enum HiddenTransport: Error {
  /// It is a fragment after the first.
  case inFragment
  /// More or longer extension headers of IPv6 are before it than are followed.
  case behindHeaders
  /// It, or an extension header before it, is not all there, or contradicts itself.
  case pastEnd
}

extension PacketHeaders {
  /// Why there is no transport in the packet that they were read from; nil when there is one, or it is another protocol.
  func hiddenTransport(in bytes: RawSpan) -> HiddenTransport? {
    guard transport == .none else { return nil }
    switch network {
    case .ipv4(let header):
      if header.fragmentOffset != 0 { return .inFragment }
      return [1, 6, 17].contains(header.nextProtocol) ? .pastEnd : nil
    case .ipv6(let header):
      do throws(HiddenTransport) {
        let (next, _) = try header.payload(in: bytes)
        return [6, 17, 58].contains(next) ? .pastEnd : nil
      } catch {
        return error
      }
    }
  }
}
