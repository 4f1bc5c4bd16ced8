// SPDX-License-Identifier: Apache-2.0

import Policy

/// Collects what a packet has in each field, as the reference takes it: slow, to compare ``PacketClause`` with.
struct FieldValues {
  private(set) var values: [PacketField: [FieldValue]] = [:]

  /// Adds a value to a field, which may be a list; a name in small letters, as filters have it.
  mutating func add(_ path: String, _ value: FieldValue) {
    guard let field = PacketField(rawValue: path) else {
      preconditionFailure("the catalog has no field \(path)")
    }
    var value = value
    if case .text(let text) = value, field.description.type == .name {
      value = .text(text.smallLetters)
    }
    values[field, default: []].append(value)
  }

  /// Adds a number.
  mutating func add(_ path: String, _ number: some FixedWidthInteger & UnsignedInteger) {
    add(path, .number(UInt64(number)))
  }

  /// Adds a flag.
  mutating func add(_ path: String, _ flag: Bool) { add(path, .number(flag ? 1 : 0)) }

  /// Adds a text.
  mutating func add(_ path: String, _ text: String) { add(path, .text(text)) }
}
