// SPDX-License-Identifier: Apache-2.0

import Policy

/// An expression of each key, and arguments that select.
enum FilterSeeds {
  static let all = scopes + filters + arguments

  private static let values = [
    "1000,!=5", "new", "\"a b\",c*", "*x", "192.0.2.0/24,::1", "0x10-0x20", "host:4026531840",
  ]

  private static let scopes = ScopeCatalog.spellings(in: .scope).enumerated().map { number, key in
    "\n\(key)\n\(key)=\(values[number % values.count])\n\(key)!=1"
  }

  private static let filters = PacketField.allCases.enumerated().map { number, field in
    "net_packet_tcp.\(field.key)=\(values[number % values.count])\n\(field.key)>=1"
  }

  private static let arguments = [
    "net_packet_tcp,net_packet_udp\n-net_packet_udp\n\nuid=0\ncomm=a*,b",
    "tag=default,-net_packet_*\nopenat.data.pathname=/etc/*\n\nglobal",
    "net_packet_tcp.data.dst_port=80,443\nnet_packet_tcp.scope.comm=curl\n\nfollow\nuid>=1000",
    "net_packet_dns.data.proto_dns.questions.name=*.example.com\nnet_packet_ipv6.retval=0",
    "net_packet_ipv4.data.src=10.0.0.0/8,!10.1.0.0/16\nnet_packet_ipv4.data.dst!=192.0.2.*",
  ]
}
