// SPDX-License-Identifier: Apache-2.0

/// The names of services that filters take for ports.
///
/// Source: the IANA registry of service names (RFC 6335), of which this has the ones that are in common use.
public enum ServiceName {
  /// The port of each name.
  public static let ports: [String: UInt16] = [
    "ftp-data": 20, "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "domain": 53, "tftp": 69,
    "http": 80, "kerberos": 88, "pop3": 110, "sunrpc": 111, "ntp": 123, "netbios-ns": 137,
    "netbios-ssn": 139, "imap": 143, "snmp": 161, "snmptrap": 162, "bgp": 179, "ldap": 389,
    "https": 443, "microsoft-ds": 445, "submissions": 465, "syslog": 514, "submission": 587,
    "ipps": 631, "ldaps": 636, "domain-s": 853, "rsync": 873, "ftps": 990, "imaps": 993,
    "pop3s": 995, "socks": 1080, "openvpn": 1194, "ms-sql-s": 1433, "mqtt": 1883, "radius": 1812,
    "nfs": 2049, "docker": 2375, "docker-s": 2376, "etcd-client": 2379, "etcd-server": 2380,
    "mysql": 3306, "ms-wbt-server": 3389, "stun": 3478, "epmd": 4369, "sip": 5060, "sips": 5061,
    "mdns": 5353, "llmnr": 5355, "postgresql": 5432, "amqps": 5671, "amqp": 5672, "rfb": 5900,
    "redis": 6379, "syslog-tls": 6514, "http-alt": 8080, "mqtts": 8883,
    "bootps": 67, "bootpc": 68, "isakmp": 500, "dhcpv6-client": 546, "dhcpv6-server": 547,
    "vxlan": 4789, "geneve": 6081,
  ]

  /// Returns the fault of a text that is neither a port nor a name.
  static func fault(of text: some StringProtocol) -> ValueFault {
    let text = String(text)
    let reason = "`\(text)` is neither a port nor the name of a service"
    for protocolName in ["/tcp", "/udp"] where text.hasSuffix(protocolName) {
      return ValueFault(
        reason, help: "the event names the protocol", replacement: String(text.dropLast(4)))
    }
    if text == "dns" { return ValueFault(reason, replacement: "domain") }
    let near = Nearest.words(to: text, among: ports.keys.sorted())
    return ValueFault(
      reason, help: Nearest.question(text, among: ports.keys.sorted()),
      replacement: near.count == 1 ? near[0] : nil)
  }
}
