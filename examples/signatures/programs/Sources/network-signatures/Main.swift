// SPDX-License-Identifier: Apache-2.0

import Signatures

@main
struct NetworkSignatures: SignatureProgram {
  static let signatures: [any Signature.Type] = [
    DNS.self, IPv4.self, IPv6.self, TCP.self, UDP.self, ICMP.self, ICMPv6.self, HTTP.self,
  ]
}
