// SPDX-License-Identifier: Apache-2.0

import Policy
import Testing

/// The table of `docs/policy-language.md` §2: what the values of each type stand for.
struct ValueTests {
  private func operands(_ type: FieldType, _ value: String) -> [Operand]? {
    try? type.operands(value)
  }

  @Test func `an integer is decimal or hexadecimal, or an inclusive range`() {
    let type = FieldType.bits(32)
    #expect(operands(type, "1000") == [.numbers(1000...1000)])
    #expect(operands(type, "0xFf") == [.numbers(255...255)])
    #expect(operands(type, "1-0x10") == [.numbers(1...16)])
    #expect(operands(type, "4294967295") == [.numbers(4_294_967_295...4_294_967_295)])
    for wrong in ["4294967296", "-1", "+1", "1.0", "1e3", "0x", "007", "1-", "2-1", "1-2-3", "١"] {
      #expect(operands(type, wrong) == nil, "\(wrong)")
    }
    #expect(operands(.bits(64), "18446744073709551616") == nil)
  }

  @Test func `a signed integer keeps its order`() throws {
    let type = FieldType.signedInteger
    #expect(operands(type, "0") == [.numbers(1 << 63...1 << 63)])
    #expect(operands(type, "-1") == [.numbers((1 << 63) - 1...(1 << 63) - 1)])
    #expect(operands(type, "-10--1") == [.numbers((1 << 63) - 10...(1 << 63) - 1)])
    #expect(operands(type, "-9223372036854775808") == [.numbers(0...0)])
    #expect(operands(type, "-9223372036854775809") == nil)
    #expect(try type.limit("-1") < type.limit("0"))
  }

  @Test func `an enumeration is its name or its number`() {
    let type = FieldType.enumeration(.ipProtocol)
    #expect(operands(type, "TCP") == [.numbers(6...6)])
    #expect(operands(type, "6") == operands(type, "TCP"))
    #expect(operands(type, "0x6") == operands(type, "TCP"))
    #expect(operands(type, "tcp") == nil)
    #expect(operands(type, "256") == nil)
    let message = FieldType.enumeration(.icmp)
    #expect(operands(message, "DestinationUnreachable(Port)") == [.numbers(0x303...0x303)])
    #expect(operands(message, "DestinationUnreachable") == [.numbers(0x300...0x3ff)])
    let operation = FieldType.enumeration(.dnsOperation)
    #expect(operands(operation, "unknown") == [.numbers(3...3), .numbers(6...15)])
  }

  @Test func `a dot at the end of a name is dropped, unless it is in a label or a pattern`() {
    for (value, operand) in [
      ("www.Example.org.", .exact("www.example.org")), ("*.org.", .suffix(".org")),
      (".", .exact("")), ("a\\.", .exact("a\\.")), ("www.*", .prefix("www.")),
    ] as [(String, TextPattern)] {
      #expect(operands(.name, value) == [.text(operand)], "\(value)")
    }
  }

  @Test func `a flag is a number or a word`() {
    #expect(["1", "true"].map { operands(.flag, $0) } == [[.numbers(1...1)], [.numbers(1...1)]])
    #expect(["0", "false"].map { operands(.flag, $0) } == [[.numbers(0...0)], [.numbers(0...0)]])
    #expect(["2", "True", "yes"].allSatisfy { operands(.flag, $0) == nil })
  }

  @Test func `a container is known by how its id begins`() {
    #expect(operands(.containerID, "3f9a") == [.text(.prefix("3f9a"))])
    #expect(operands(.containerID, "3f*") == nil)
  }

  @Test func `only types with an order take bounds`() {
    let ordered: [FieldType] = [.bits(32), .signedInteger, .port]
    let others: [FieldType] = [
      .identifier(maximum: 1), .address, .text, .path, .executable, .containerID, .flag,
      .enumeration(.direction),
    ]
    #expect(ordered.allSatisfy { $0.hasOrder })
    #expect(!others.contains { $0.hasOrder })
  }
}
