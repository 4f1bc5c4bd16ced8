// SPDX-License-Identifier: Apache-2.0

/// What the next byte of a direction of HTTP is, for the kernel side, which does not know it any more.
struct StreamPosition: Equatable {
  /// The number that the kernel side gave the direction.
  let connection: UInt32
  /// The sequence number of the byte.
  let sequence: UInt32
  /// What it is; of a line the first byte.
  let state: HTTPPosition.State
  /// What its requests ask.
  var questions = HTTPQuestions(isComplete: false)
  /// How many requests it has answered, if ``questions`` are complete.
  var answers: UInt32 = 0
}

extension Streams {
  /// Where a direction is, unless bytes are awaited, or a line has begun.
  func position(of key: StreamKey, _ followed: FollowedSegment) -> StreamPosition? {
    guard let place = table.find(key), let flow = table[place], flow.backlog < 0,
      flow.connection == followed.connection, flow.http.isAtStartOfLine
    else { return nil }
    return StreamPosition(
      connection: followed.connection, sequence: flow.next, state: flow.http.state,
      questions: flow.questions, answers: flow.answers)
  }
}
