// SPDX-License-Identifier: Apache-2.0

/// The names that events show instead of numbers.
///
/// Source: `docs/events.md`; the IANA registries of protocol numbers, ICMP and ICMPv6 types, and DNS parameters.
extension Enumeration {
  /// The direction of a packet.
  public static let direction = Enumeration([0: "ingress", 1: "egress"], maximum: 1)

  /// The kind of an HTTP head: a request or a response.
  public static let httpDirection = Enumeration([0: "request", 1: "response"], maximum: 1)

  /// The protocol that IP carries; one without a keyword in the registry, such as 253, is shown as its number.
  public static let ipProtocol = Enumeration(
    [
      0: "IPv6HopByHop", 1: "ICMPv4", 2: "IGMP", 3: "GGP", 4: "IPv4", 5: "ST", 6: "TCP", 7: "CBT",
      8: "EGP", 9: "IGP", 10: "BBN-RCC-MON", 11: "NVP-II", 12: "PUP", 13: "ARGUS", 14: "EMCON",
      15: "XNET", 16: "CHAOS", 17: "UDP", 18: "MUX", 19: "DCN-MEAS", 20: "HMP", 21: "PRM",
      22: "XNS-IDP", 23: "TRUNK-1", 24: "TRUNK-2", 25: "LEAF-1", 26: "LEAF-2", 27: "RUDP",
      28: "IRTP", 29: "ISO-TP4", 30: "NETBLT", 31: "MFE-NSP", 32: "MERIT-INP", 33: "DCCP",
      34: "3PC", 35: "IDPR", 36: "XTP", 37: "DDP", 38: "IDPR-CMTP", 39: "TP++", 40: "IL",
      41: "IPv6", 42: "SDRP", 43: "IPv6Routing", 44: "IPv6Fragment", 45: "IDRP", 46: "RSVP",
      47: "GRE", 48: "DSR", 49: "BNA", 50: "ESP", 51: "AH", 52: "I-NLSP", 53: "SwIPe", 54: "NARP",
      55: "Min-IPv4", 56: "TLSP", 57: "SKIP", 58: "ICMPv6", 59: "NoNextHeader",
      60: "IPv6Destination", 62: "CFTP", 64: "SAT-EXPAK", 65: "KRYPTOLAN", 66: "RVD", 67: "IPPC",
      69: "SAT-MON", 70: "VISA", 71: "IPCV", 72: "CPNX", 73: "CPHB", 74: "WSN", 75: "PVP",
      76: "BR-SAT-MON", 77: "SUN-ND", 78: "WB-MON", 79: "WB-EXPAK", 80: "ISO-IP", 81: "VMTP",
      82: "SECURE-VMTP", 83: "VINES", 84: "IPTM", 85: "NSFNET-IGP", 86: "DGP", 87: "TCF",
      88: "EIGRP", 89: "OSPF", 90: "Sprite-RPC", 91: "LARP", 92: "MTP", 93: "AX.25", 94: "IPIP",
      95: "MICP", 96: "SCC-SP", 97: "EtherIP", 98: "ENCAP", 100: "GMTP", 101: "IFMP", 102: "PNNI",
      103: "PIM", 104: "ARIS", 105: "SCPS", 106: "QNX", 107: "A/N", 108: "IPComp", 109: "SNP",
      110: "Compaq-Peer", 111: "IPX-in-IP", 112: "VRRP", 113: "PGM", 115: "L2TP", 116: "DDX",
      117: "IATP", 118: "STP", 119: "SRP", 120: "UTI", 121: "SMP", 122: "SM", 123: "PTP",
      124: "ISIS", 125: "FIRE", 126: "CRTP", 127: "CRUDP", 128: "SSCOPMCE", 129: "IPLT", 130: "SPS",
      131: "PIPE", 132: "SCTP", 133: "FC", 134: "RSVP-E2E-IGNORE", 135: "MobilityHeader",
      136: "UDPLite", 137: "MPLSInIP", 138: "MANET", 139: "HIP", 140: "Shim6", 141: "WESP",
      142: "ROHC", 143: "Ethernet", 144: "AGGFRAG", 145: "NSH", 146: "Homa",
    ], maximum: 255)

  /// The type and code of an ICMP message: the number is the type times 256 plus the code.
  public static let icmp = Enumeration(
    typesWithCodes: [
      0: ("EchoReply", []),
      3: (
        "DestinationUnreachable",
        [
          "Net", "Host", "Protocol", "Port", "FragmentationNeeded", "SourceRoutingFailed",
          "NetUnknown", "HostUnknown", "SourceIsolated", "NetAdminProhibited",
          "HostAdminProhibited", "NetTOS", "HostTOS", "CommAdminProhibited", "HostPrecedence",
          "PrecedenceCutoff",
        ]
      ),
      4: ("SourceQuench", []),
      5: ("Redirect", ["Net", "Host", "TOS+Net", "TOS+Host"]),
      6: ("AlternateHostAddress", []),
      8: ("EchoRequest", []),
      9: ("RouterAdvertisement", []),
      10: ("RouterSolicitation", []),
      11: ("TimeExceeded", ["TTLExceeded", "FragmentReassemblyTimeExceeded"]),
      12: ("ParameterProblem", ["PointerIndicatesError", "MissingOption", "BadLength"]),
      13: ("TimestampRequest", []),
      14: ("TimestampReply", []),
      15: ("InfoRequest", []),
      16: ("InfoReply", []),
      17: ("AddressMaskRequest", []),
      18: ("AddressMaskReply", []),
      30: ("Traceroute", []),
      31: ("DatagramConversionError", []),
      32: ("MobileHostRedirect", []),
      33: ("IPv6WhereAreYou", []),
      34: ("IPv6IAmHere", []),
      35: ("MobileRegistrationRequest", []),
      36: ("MobileRegistrationReply", []),
      37: ("DomainNameRequest", []),
      38: ("DomainNameReply", []),
      39: ("SKIP", []),
      40: (
        "Photuris",
        [
          "BadSPI", "AuthenticationFailed", "DecompressionFailed", "DecryptionFailed",
          "NeedAuthentication", "NeedAuthorization",
        ]
      ),
      41: ("ExperimentalMobility", []),
      42: ("ExtendedEchoRequest", []),
      43: (
        "ExtendedEchoReply",
        [
          "NoError", "MalformedQuery", "NoSuchInterface", "NoSuchTableEntry",
          "MultipleInterfaces",
        ]
      ),
      253: ("Experiment1", []),
      254: ("Experiment2", []),
    ])

  /// The type and code of an ICMPv6 message: the number is the type times 256 plus the code.
  public static let icmpv6 = Enumeration(
    typesWithCodes: [
      1: (
        "DestinationUnreachable",
        [
          "NoRouteToDst", "AdminProhibited", "BeyondScopeOfSrc", "AddressUnreachable",
          "PortUnreachable", "SrcAddressFailedPolicy", "RejectRouteToDst",
          "SourceRoutingHeaderError", "HeadersTooLong",
        ]
      ),
      2: ("PacketTooBig", []),
      3: ("TimeExceeded", ["HopLimitExceeded", "FragmentReassemblyTimeExceeded"]),
      4: (
        "ParameterProblem",
        [
          "ErroneousHeaderField", "UnrecognizedNextHeader", "UnrecognizedIPv6Option",
          "IncompleteHeaderChain", "SRUpperLayerHeaderError", "UnrecognizedNextHeaderByNode",
          "ExtensionHeaderTooBig", "ExtensionHeaderChainTooLong", "TooManyExtensionHeaders",
          "TooManyOptions", "OptionTooBig",
        ]
      ),
      100: ("PrivateExperiment1", []),
      101: ("PrivateExperiment2", []),
      128: ("EchoRequest", []),
      129: ("EchoReply", []),
      130: ("MulticastListenerQuery", []),
      131: ("MulticastListenerReport", []),
      132: ("MulticastListenerDone", []),
      133: ("RouterSolicitation", []),
      134: ("RouterAdvertisement", []),
      135: ("NeighborSolicitation", []),
      136: ("NeighborAdvertisement", []),
      137: ("Redirect", []),
      138: ("RouterRenumbering", ["Command", "Result"]),
      139: ("NodeInformationQuery", ["IPv6Subject", "NameSubject", "IPv4Subject"]),
      140: ("NodeInformationResponse", ["Success", "Refused", "UnknownQtype"]),
      141: ("InverseNeighborSolicitation", []),
      142: ("InverseNeighborAdvertisement", []),
      143: ("MulticastListenerReportV2", []),
      144: ("HomeAgentAddressDiscoveryRequest", []),
      145: ("HomeAgentAddressDiscoveryReply", []),
      146: ("MobilePrefixSolicitation", []),
      147: ("MobilePrefixAdvertisement", []),
      148: ("CertificationPathSolicitation", []),
      149: ("CertificationPathAdvertisement", []),
      150: ("ExperimentalMobility", []),
      151: ("MulticastRouterAdvertisement", []),
      152: ("MulticastRouterSolicitation", []),
      153: ("MulticastRouterTermination", []),
      154: ("FMIPv6", []),
      155: ("RPLControl", []),
      156: ("ILNPv6LocatorUpdate", []),
      157: ("DuplicateAddressRequest", []),
      158: ("DuplicateAddressConfirmation", []),
      159: ("MPLControl", []),
      160: ("ExtendedEchoRequest", []),
      161: (
        "ExtendedEchoReply",
        [
          "NoError", "MalformedQuery", "NoSuchInterface", "NoSuchTableEntry",
          "MultipleInterfaces",
        ]
      ),
      200: ("PrivateExperiment3", []),
      201: ("PrivateExperiment4", []),
    ])

  /// The operation code of a DNS message (RFC 1035 §4.1.1).
  public static let dnsOperation = Enumeration(
    [0: "query", 1: "inverse query", 2: "status", 4: "notify", 5: "update"], others: "unknown",
    maximum: 15)

  /// The response code of a DNS message, including the extended bits of an OPT record (RFC 6895 §2.3).
  public static let dnsResponseCode = Enumeration(
    [
      0: "no error", 1: "format error", 2: "server failure", 3: "non-existent domain",
      4: "not implemented", 5: "query refused", 6: "yxdomain", 7: "yxrrset", 8: "nxrrset",
      9: "notauth", 10: "notzone", 11: "dsotypeni", 16: "badvers", 17: "badkey", 18: "badtime",
      19: "badmode", 20: "badname", 21: "badalg", 22: "badtrunc", 23: "badcookie",
    ], others: "unknown", maximum: 4095)

  /// The type of a DNS record (RFC 6895 §3.1).
  public static let dnsType = Enumeration(
    [
      1: "A", 2: "NS", 3: "MD", 4: "MF", 5: "CNAME", 6: "SOA", 7: "MB", 8: "MG", 9: "MR",
      10: "NULL", 11: "WKS", 12: "PTR", 13: "HINFO", 14: "MINFO", 15: "MX", 16: "TXT", 17: "RP",
      18: "AFSDB", 19: "X25", 20: "ISDN", 21: "RT", 22: "NSAP", 23: "NSAP-PTR", 24: "SIG",
      25: "KEY", 26: "PX", 27: "GPOS", 28: "AAAA", 29: "LOC", 30: "NXT", 31: "EID", 32: "NIMLOC",
      33: "SRV", 34: "ATMA", 35: "NAPTR", 36: "KX", 37: "CERT", 38: "A6", 39: "DNAME", 40: "SINK",
      41: "OPT", 42: "APL", 43: "DS", 44: "SSHFP", 45: "IPSECKEY", 46: "RRSIG", 47: "NSEC",
      48: "DNSKEY", 49: "DHCID", 50: "NSEC3", 51: "NSEC3PARAM", 52: "TLSA", 53: "SMIMEA",
      55: "HIP", 56: "NINFO", 57: "RKEY", 58: "TALINK", 59: "CDS", 60: "CDNSKEY", 61: "OPENPGPKEY",
      62: "CSYNC", 63: "ZONEMD", 64: "SVCB", 65: "HTTPS", 66: "DSYNC", 67: "HHIT",
      68: "BRID", 99: "SPF", 100: "UINFO",
      101: "UID", 102: "GID", 103: "UNSPEC", 104: "NID", 105: "L32", 106: "L64", 107: "LP",
      108: "EUI48", 109: "EUI64", 128: "NXNAME", 249: "TKEY", 250: "TSIG", 251: "IXFR",
      252: "AXFR", 253: "MAILB", 254: "MAILA", 255: "ANY", 256: "URI", 257: "CAA", 258: "AVC",
      259: "DOA", 260: "AMTRELAY", 261: "RESINFO", 262: "WALLET", 263: "CLA", 264: "IPN",
      32768: "TA", 32769: "DLV",
    ], others: "Unknown", maximum: 65535)

  /// The class of a DNS record (RFC 6895 §3.2).
  public static let dnsClass = Enumeration(
    [1: "IN", 2: "CS", 3: "CH", 4: "HS", 255: "Any"], others: "Unknown", maximum: 65535)
}

extension Enumeration {
  /// Creates a table of single numbers, in order.
  ///
  /// - Parameter others: the name shown for every other number; nil if those are shown as numbers.
  fileprivate init(
    _ names: KeyValuePairs<UInt64, String>, others: String? = nil, maximum: UInt64
  ) {
    self.init(names.map { Symbol($0.value, $0.key) }, maximum: maximum)
    guard let others else { return }
    var gaps: [ClosedRange<UInt64>] = []
    var next: UInt64 = 0
    for number in names.map(\.key) + [maximum + 1] {
      if number > next { gaps.append(next...number - 1) }
      next = number + 1
    }
    symbols.append(Symbol(others, gaps))
  }

  /// Creates a table of types and their codes, which count from 0.
  ///
  /// A type's name alone stands for the type with any code.
  fileprivate init(typesWithCodes types: KeyValuePairs<UInt64, (String, [String])>) {
    var symbols: [Symbol] = []
    for (type, (name, codes)) in types {
      symbols.append(Symbol(name, [type << 8...type << 8 | 0xff]))
      for (code, codeName) in codes.enumerated() {
        symbols.append(Symbol("\(name)(\(codeName))", type << 8 | UInt64(code)))
      }
    }
    self.init(symbols, maximum: 0xffff)
  }
}
