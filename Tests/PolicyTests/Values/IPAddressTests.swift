// SPDX-License-Identifier: Apache-2.0

import Policy
import Testing

struct IPAddressTests {
  @Test(arguments: [
    ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("10.1.2.3", "10.1.2.3"),
    ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
    ("2001:DB8::00a", "2001:db8::a"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
    ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"),
    ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::ffff:10.1.2.3", "10.1.2.3"),
    ("::ffff:0a01:0203", "10.1.2.3"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
    ("::1.2.3.4", "::102:304"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
  ])
  func `is read in every form of RFC 4291 and shown in the one of RFC 5952`(
    text: String, shown: String
  ) throws {
    let address = try #require(IPAddress(text))
    #expect(address.description == shown)
    #expect(IPAddress(shown) == address)
  }

  @Test(arguments: [
    "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "+1.2.3.4", "1..2.3",
    "0x1.2.3.4",
    ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "1:2:3:4:5:6:7:8::", "::12345",
    "::g", "fe80::1%eth0", "[::1]", "1.2.3.4::", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "::+1",
    "١.2.3.4", "1:", ":1",
  ])
  func `is nothing else`(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test(arguments: [
    ("10.0.0.0/8", ["10.0.0.0-10.255.255.255"]), ("10.1.2.3/8", ["10.0.0.0-10.255.255.255"]),
    ("10.1.2.3/32", ["10.1.2.3-10.1.2.3"]), ("0.0.0.0/0", ["0.0.0.0-255.255.255.255"]),
    ("10.1.*", ["10.1.0.0-10.1.255.255"]), ("10.*", ["10.0.0.0-10.255.255.255"]),
    ("10.0.0.1-10.0.0.9", ["10.0.0.1-10.0.0.9"]),
    ("fe80::/10", ["fe80::-febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]),
    ("::ffff:10.0.0.0/104", ["10.0.0.0-10.255.255.255"]), ("::1", ["::1-::1"]),
    ("::/0", ["::-::fffe:ffff:ffff", "::1:0:0:0-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]),
    ("::/64", ["::-::fffe:ffff:ffff", "::1:0:0:0-::ffff:ffff:ffff:ffff"]),
    ("::ffff:0:0/96", ["0.0.0.0-255.255.255.255"]),
    ("::fffe:ffff:ffff-::ffff:0.0.0.9", ["::fffe:ffff:ffff-0.0.0.9"]),
    ("2001:db8::1-2001:db8::f", ["2001:db8::1-2001:db8::f"]),
  ])
  func `stands for ranges, and IPv6 never takes in IPv4 by the way`(
    text: String, ranges: [String]
  ) throws {
    let shown = try AddressSet(text).ranges.map { "\($0.lowerBound)-\($0.upperBound)" }
    #expect(shown == ranges)
  }

  @Test(arguments: [
    ("10.1.2.3/8", "10.0.0.0/8"), ("::ffff:10.1.2.3/104", "::ffff:10.0.0.0/104"),
    ("2001:db8::1/32", "2001:db8::/32"), ("10.0.0.0/8", nil), ("10.1.2.3/32", nil),
  ])
  func `says how a prefix with set host bits is written`(text: String, masked: String?) throws {
    #expect(try AddressSet(text).maskedPrefix == masked)
  }

  @Test(arguments: [
    ("10.0.0.0/33", "`33` is not a prefix length of IPv4: 0 to 32"),
    ("::/129", "`129` is not a prefix length of IPv6: 0 to 128"),
    ("10.0.0.0/", "`` is not a prefix length of IPv4: 0 to 32"),
    ("10.0.0.9-10.0.0.1", "the range is empty: `10.0.0.9` is after `10.0.0.1`"),
    ("10.0.0.1-::1", "the ends of a range must be of the same family"),
    ("10.*.1", "a wildcard address is one to three numbers and a star, such as 10.1.*"),
    ("*", "a wildcard address is one to three numbers and a star, such as 10.1.*"),
    ("1.2.3.4.*", "a wildcard address is one to three numbers and a star, such as 10.1.*"),
    ("300.1.*", "`300.1.0.0` is not an IPv4 or IPv6 address"),
    ("localhost", "`localhost` is not an IPv4 or IPv6 address"),
  ])
  func `says why a value stands for no address`(text: String, reason: String) {
    #expect(throws: ValueFault(reason)) { try AddressSet(text) }
  }
}
