/// The start of every ICMPv6 message (RFC 4443 §2.1).
///
/// Numbers are in host order.
struct ICMPv6Header: Equatable {
  let type: UInt8
  let code: UInt8
  let checksum: UInt16

  /// Reads the header at an offset; nil when fewer than its 4 bytes are there.
  init?(_ bytes: RawSpan, at offset: Int) {
    guard offset >= 0, offset <= bytes.byteCount - 4 else { return nil }
    type = bytes.byte(offset)
    code = bytes.byte(offset + 1)
    checksum = bytes.network(offset + 2)
  }

  /// The names of its type and code.
  ///
  /// Source: RFC 4443, RFC 4861, RFC 2710, RFC 3810.
  var name: ICMPName {
    switch type {
    case 1: .coded("DestinationUnreachable", unreachable)
    case 2: .plain("PacketTooBig")
    case 3: .coded("TimeExceeded", timeExceeded)
    case 4: .coded("ParameterProblem", parameterProblem)
    case 128: .plain("EchoRequest")
    case 129: .plain("EchoReply")
    case 130: .plain("MulticastListenerQuery")
    case 131: .plain("MulticastListenerReport")
    case 132: .plain("MulticastListenerDone")
    case 133: .plain("RouterSolicitation")
    case 134: .plain("RouterAdvertisement")
    case 135: .plain("NeighborSolicitation")
    case 136: .plain("NeighborAdvertisement")
    case 137: .plain("Redirect")
    case 143: .plain("MulticastListenerReportV2")
    default: .unknown
    }
  }

  private var unreachable: StaticString? {
    switch code {
    case 0: "NoRouteToDst"
    case 1: "AdminProhibited"
    case 2: "BeyondScopeOfSrc"
    case 3: "AddressUnreachable"
    case 4: "PortUnreachable"
    case 5: "SrcAddressFailedPolicy"
    case 6: "RejectRouteToDst"
    default: nil
    }
  }

  private var timeExceeded: StaticString? {
    switch code {
    case 0: "HopLimitExceeded"
    case 1: "FragmentReassemblyTimeExceeded"
    default: nil
    }
  }

  private var parameterProblem: StaticString? {
    switch code {
    case 0: "ErroneousHeaderField"
    case 1: "UnrecognizedNextHeader"
    case 2: "UnrecognizedIPv6Option"
    default: nil
    }
  }
}
