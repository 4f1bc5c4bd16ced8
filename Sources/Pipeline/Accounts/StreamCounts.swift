// SPDX-License-Identifier: Apache-2.0

/// What became of messages that were in several segments.
struct StreamCounts: Equatable, Sendable {
  /// Messages that were given.
  var messages: UInt64 = 0
  /// Times that segments together gave a message.
  var assembled: UInt64 = 0
  /// Times that missing bytes were given up.
  var gaps: UInt64 = 0
  /// Times that a message had begun, or bytes waited for others, when a connection ended or bytes were given up.
  var unfinished: UInt64 = 0
  /// The same when nothing came for too long.
  var idle: UInt64 = 0
  /// The same when others needed the room.
  var crowdedOut: UInt64 = 0
  /// Heads of HTTP that are longer than any may be.
  var tooLong: UInt64 = 0
  /// Heads of HTTP found where a segment begins, when it was not known whether one does: the connection was not seen from its
  /// beginning, bytes were missing, or something else came first.
  var guessed: UInt64 = 0
  /// Responses whose request was not seen, so that it is not known whether a body follows: the head is believed.
  var unpaired: UInt64 = 0
  /// Bodies of HTTP whose end cannot be found, for heads or chunks contradict themselves.
  var unframed: UInt64 = 0
  /// Directions of connections whose bytes wait for others; not of all time, but now.
  var waiting: UInt64 = 0
}
