// SPDX-License-Identifier: Apache-2.0

@testable import Pipeline

/// Takes the bytes as what a server answers an output, and as an event that is packed or shortened for one.
enum FuzzAnswers: FuzzTarget {
  static let name = "answers"
  static let longest = 2_048

  static var seeds: [[UInt8]] {
    let texts = [
      #"{"took":1,"errors":true,"items":[{"create":{"_id":"a","status":201}},"#
        + #"{"create":{"status":400,"error":{"reason":"\"status\":1 ]"}}}]}"#,
      #"{"timestamp":1764514800123456789,"processName":"a\u0001\ud83d\ude00","argsNum":2,"#
        + #""args":[{"name":"x","value":[1,-2,3.5,true,null]},{"value":"]}"}],"host":"h"}"#,
    ]
    return texts.map { Array($0.utf8) } + [
      [0x81, 0xa3, 0x61, 0x63, 0x6b, 0xd9, 0x02, 0x78, 0x79],
      [0x92, 0xa4, 0x48, 0x45, 0x4c, 0x4f, 0x80],
      [0x92, 0xa4] + Array("HELO".utf8) + [0x81, 0xa5] + Array("nonce".utf8) + [0xc4, 0x01, 0x78],
      [0x95, 0xa4] + Array("PONG".utf8) + [0xc3, 0xa0, 0xa1, 0x68, 0xa1, 0x78],
    ]
  }

  static func check(_ bytes: RawSpan) {
    let array = bytes.array
    let answer = ForwardMessage.answer(array)
    if case .confirms = answer {
      claim(
        ForwardMessage.answer(array + [0]) == answer, "what follows an answer does not matter")
    }
    if case .asks(let nonce) = ForwardHandshake.hello(array) {
      claim(nonce.count < array.count, "a nonce is a part of the greeting")
      claim(
        ForwardHandshake.hello(array + [0]) == .asks(nonce: nonce),
        "what follows a greeting does not matter")
    }
    let handshake = ForwardHandshake(key: [1], host: [2])
    claim(handshake.pong(array, []) != .agrees, "nobody guesses the key")
    let statuses = BulkAnswer(bytes)?.statuses
    withCopy(of: bytes) { copy in
      claim(BulkAnswer(copy)?.statuses == statuses, "it does not matter where bytes are")
    }
    var buffer = LineBuffer()
    if JSONLine.appendTruncated(bytes, limit: 480, to: &buffer) {
      claim(buffer.count <= 480, "a shortened event has room")
    } else {
      claim(buffer.count == 0, "what has no room is not written")
    }
    _ = JSONLine.time(of: bytes)
    _ = buffer.append(packedJSON: bytes)
  }
}
