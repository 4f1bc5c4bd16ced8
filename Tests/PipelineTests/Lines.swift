// SPDX-License-Identifier: Apache-2.0

import Policy

@testable import Pipeline

/// Chunks of lines that a test writes itself, for senders.
enum Lines {
  static let label = EventLabel(.tcp, policies: ["web", "all ip"])

  /// An event in JSON whose only argument has a text of so many bytes.
  static func event(_ number: Int, argument bytes: Int = 4) -> String {
    let text = #"x]"\u0041"#.dropFirst(0) + String(repeating: "a", count: max(0, bytes))
    let escaped = text.replacing("\"", with: "\\\"")
    return #"{"timestamp":1764514800123456\#(100 + number),"processName":"a\"b","#
      + #""eventId":"2002","eventName":"net_packet_tcp","argsNum":1,"syscall":"","#
      + #""args":[{"name":"s","type":"const char*","value":"\#(escaped)"}],"host":"]é"}"#
  }

  /// A chunk of these lines, each an event of ``label``.
  static func chunk(_ lines: [String]) -> LineChunk {
    let chunk = LineChunk()
    for line in lines {
      chunk.lines.append(Array(line.utf8))
      chunk.lines.append("\n")
      chunk.endLine(of: label)
    }
    return chunk
  }

  /// Sends all lines; returns how many were delivered and refused, and the first failure.
  static func send(
    _ chunk: LineChunk, by sender: EventSender, _ queue: OutputQueue
  ) -> (delivered: Int, refused: [String], failure: OutputError?) {
    var (line, delivered) = (0, 0)
    var refused: [String] = []
    while line < chunk.lineCount {
      switch sender.send(chunk, from: line, queue) {
      case .delivered(let count): (line, delivered) = (line + count, delivered + count)
      case .refused(let count, let reason):
        line += count
        refused.append(reason)
      case .settled(let verdicts, let reason):
        line += verdicts.count
        delivered += verdicts.count { $0 }
        refused.append(reason)
      case .interrupted: return (delivered, refused, nil)
      case .failed(let error): return (delivered, refused, error)
      }
    }
    return (delivered, refused, nil)
  }
}
