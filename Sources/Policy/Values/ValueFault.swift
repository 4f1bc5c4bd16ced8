/// Why a text is not a value of its type; it becomes a diagnostic as soon as its place is known.
public struct ValueFault: Error, Equatable, Sendable {
  /// The reason, without a full stop.
  public var reason: String

  /// Makes a reason.
  public init(_ reason: String) {
    self.reason = reason
  }
}
