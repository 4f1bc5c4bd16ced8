// SPDX-License-Identifier: Apache-2.0

/// The reason why a text is not a value of its type; it becomes a diagnostic once its place is known.
public struct ValueFault: Error, Equatable, Sendable {
  /// The reason, as a sentence without a full stop.
  public var reason: String

  /// What to do instead, as a sentence without a full stop; nil if only the type's own description helps.
  public var help: String?
  /// The text that was certainly meant; nil if there is none, or more than one.
  public var replacement: String?

  /// Creates a fault with its reason, and what to do about it.
  public init(_ reason: String, help: String? = nil, replacement: String? = nil) {
    self.reason = reason
    self.help = help
    self.replacement = replacement
  }
}
