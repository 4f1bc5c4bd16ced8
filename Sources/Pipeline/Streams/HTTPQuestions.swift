// SPDX-License-Identifier: Apache-2.0

/// What the requests of one direction ask that are not answered yet, in their order.
struct HTTPQuestions: Equatable {
  /// All requests that were added.
  private(set) var asked: UInt32 = 0
  private var answered: UInt32 = 0
  /// Of the last 64 requests, by their numbers, those that are HEAD, and those that are CONNECT.
  private(set) var heads: UInt64 = 0
  private(set) var connects: UInt64 = 0
  /// Whether all requests were seen.
  private(set) var isComplete: Bool

  /// The most questions that wait for their answers.
  static let limit: UInt32 = 64

  /// Knows of no request.
  init(isComplete: Bool) { self.isComplete = isComplete }

  /// Adds the question of a request.
  mutating func add(_ question: HTTPQuestion) {
    if asked &- answered >= Self.limit {
      lose()
      return
    }
    let bit: UInt64 = 1 << UInt64(asked % Self.limit)
    heads = question == .head ? heads | bit : heads & ~bit
    connects = question == .connect ? connects | bit : connects & ~bit
    asked &+= 1
  }

  /// Forgets all, as some of it is not known.
  mutating func lose() { self = HTTPQuestions(isComplete: false) }

  /// Takes the question that is answered next; nil when it is not known.
  mutating func take() -> HTTPQuestion? {
    guard isComplete, asked != answered else { return nil }
    let bit: UInt64 = 1 << UInt64(answered % Self.limit)
    answered &+= 1
    return heads & bit != 0 ? .head : connects & bit != 0 ? .connect : .other
  }
}
