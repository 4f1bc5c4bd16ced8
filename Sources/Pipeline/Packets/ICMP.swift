/// The header of an ICMP message (RFC 792).
///
/// Numbers are in host order.
struct ICMPHeader: Equatable {
  let type: UInt8
  let code: UInt8
  let checksum: UInt16
  /// The identifier of an echo; in other messages whatever stands there.
  let id: UInt16
  /// The sequence number of an echo; in other messages whatever stands there.
  let sequence: UInt16

  /// Reads the header at an offset; nil when fewer than its 8 bytes are there.
  init?(_ bytes: RawSpan, at offset: Int) {
    guard offset >= 0, offset <= bytes.byteCount - 8 else { return nil }
    type = bytes.byte(offset)
    code = bytes.byte(offset + 1)
    checksum = bytes.network(offset + 2)
    id = bytes.network(offset + 4)
    sequence = bytes.network(offset + 6)
  }

  /// The names of its type and code.
  var name: ICMPName {
    switch type {
    case 0: .plain("EchoReply")
    case 3: .coded("DestinationUnreachable", unreachable)
    case 4: .plain("SourceQuench")
    case 5: .coded("Redirect", redirect)
    case 8: .plain("EchoRequest")
    case 9: .plain("RouterAdvertisement")
    case 10: .plain("RouterSolicitation")
    case 11: .coded("TimeExceeded", timeExceeded)
    case 12: .coded("ParameterProblem", parameterProblem)
    case 13: .plain("TimestampRequest")
    case 14: .plain("TimestampReply")
    case 15: .plain("InfoRequest")
    case 16: .plain("InfoReply")
    case 17: .plain("AddressMaskRequest")
    case 18: .plain("AddressMaskReply")
    default: .unknown
    }
  }

  private var unreachable: StaticString? {
    switch code {
    case 0: "Net"
    case 1: "Host"
    case 2: "Protocol"
    case 3: "Port"
    case 4: "FragmentationNeeded"
    case 5: "SourceRoutingFailed"
    case 6: "NetUnknown"
    case 7: "HostUnknown"
    case 8: "SourceIsolated"
    case 9: "NetAdminProhibited"
    case 10: "HostAdminProhibited"
    case 11: "NetTOS"
    case 12: "HostTOS"
    case 13: "CommAdminProhibited"
    case 14: "HostPrecedence"
    case 15: "PrecedenceCutoff"
    default: nil
    }
  }

  private var redirect: StaticString? {
    switch code {
    case 0: "Net"
    case 1: "Host"
    case 2: "TOS+Net"
    case 3: "TOS+Host"
    default: nil
    }
  }

  private var timeExceeded: StaticString? {
    switch code {
    case 0: "TTLExceeded"
    case 1: "FragmentReassemblyTimeExceeded"
    default: nil
    }
  }

  private var parameterProblem: StaticString? {
    switch code {
    case 0: "PointerIndicatesError"
    case 1: "MissingOption"
    case 2: "BadLength"
    default: nil
    }
  }
}

/// What the numbers of a message's type and code are called.
enum ICMPName {
  /// A type that has no codes.
  case plain(StaticString)
  /// A type that has codes, and the name of this one.
  case coded(StaticString, StaticString?)
  /// A type without a name.
  case unknown
}
