// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Synchronization

/// What comes out of a descriptor, read by a thread of its own until the end.
final class CollectedOutput: Sendable {
  private struct State {
    var lines: [[UInt8]] = []
    var unfinished: [UInt8] = []
    var ended = false
  }

  private let state = Mutex(State())

  /// Reads from a descriptor and closes it at the end.
  init(of descriptor: CInt) {
    Thread.detachNewThread { [self] in
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { break }
        append(buffer[..<count])
      }
      close(descriptor)
      state.withLock { $0.ended = true }
    }
  }

  private func append(_ bytes: ArraySlice<UInt8>) {
    state.withLock { state in
      var rest = bytes
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        state.lines.append(state.unfinished + rest[..<end])
        state.unfinished = []
        rest = rest[(end + 1)...]
      }
      state.unfinished += rest
    }
  }

  /// The finished lines after the first `count`, without their ends.
  func lines(after count: Int = 0) -> [[UInt8]] {
    state.withLock { Array($0.lines.dropFirst(count)) }
  }

  /// Everything, with what follows the last line's end.
  var text: String {
    state.withLock { state in
      let lines = state.lines.joined(separator: [UInt8(ascii: "\n")])
      let ends = state.lines.isEmpty ? [] : [UInt8(ascii: "\n")]
      return String(decoding: Array(lines) + ends + state.unfinished, as: UTF8.self)
    }
  }

  /// Whether all writers have closed it.
  var ended: Bool { state.withLock { $0.ended } }
}
