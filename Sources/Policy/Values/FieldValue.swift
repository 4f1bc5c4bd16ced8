// SPDX-License-Identifier: Apache-2.0

/// A value of a field.
public enum FieldValue: Equatable, Hashable, Sendable {
  /// A whole number; a flag as 0 or 1; an enumeration by its number.
  case number(UInt64)
  case address(IPAddress)
  case text(String)
  /// A text that belongs to a name: a header by its name, an executable by its mount namespace, a state by `state`.
  case member(String, String)

  /// The name of members that are states, such as `new`.
  public static let state = "state"
  /// The name of members that are paths in the host's mount namespace.
  static let host = "host"

  /// Returns the value of a signed number, biased so that unsigned order is the order of the signed numbers.
  public static func signed(_ number: Int64) -> FieldValue { .number(biased(number)) }

  /// Returns the biased number that ``signed(_:)`` stores: `number` with its sign bit flipped.
  public static func biased(_ number: Int64) -> UInt64 { UInt64(bitPattern: number) ^ (1 << 63) }
}
