/// A value that a field can have.
public enum FieldValue: Equatable, Hashable, Sendable {
  /// A whole number; a flag as 0 or 1; an enumeration by its number.
  case number(UInt64)
  case address(IPAddress)
  case text(String)
  /// A text that belongs to a name: a header by its name, an executable by its mount namespace, a state by `state`.
  case member(String, String)

  /// The name of the texts that are states.
  public static let state = "state"
  /// The name of the host's mount namespace.
  static let host = "host"

  /// A number that may be negative, moved so that the order of 64-bit integers is that of the results.
  public static func signed(_ number: Int64) -> FieldValue { .number(biased(number)) }

  /// The number of ``signed(_:)``.
  public static func biased(_ number: Int64) -> UInt64 { UInt64(bitPattern: number) ^ (1 << 63) }
}
