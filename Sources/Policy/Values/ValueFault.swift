/// The reason why a text is not a value of its type; it becomes a diagnostic once its place is known.
public struct ValueFault: Error, Equatable, Sendable {
  /// The reason, as a sentence without a full stop.
  public var reason: String

  /// Creates a fault with its reason.
  public init(_ reason: String) {
    self.reason = reason
  }
}
