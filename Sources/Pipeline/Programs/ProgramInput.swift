// SPDX-License-Identifier: Apache-2.0

import Glibc
import Policy
import System

/// The lines that a program of signatures is to read, in bounded memory, with how far it has read.
struct ProgramInput: ~Copyable {
  private let writer: JSONWriter
  private var pending = LineBuffer()
  /// How much of ``pending`` was written.
  private var written = 0
  private var lastProgress = ContinuousClock.now
  private var prefixes: [Use: Prefix] = [:]

  private struct Use: Hashable {
    var event: EventKind
    var uses: [String]
  }

  private struct Prefix {
    var bytes: [UInt8]
    var label: EventLabel
  }

  /// The most bytes that wait for it.
  static let limit = 4 << 20
  /// As many bytes as are worth a system call.
  static let writtenAtOnce = 1 << 16

  /// Creates an input without lines.
  ///
  /// - Parameter clock: tells the times of events.
  init(clock: BootClock) { writer = JSONWriter(clock: clock) }

  /// The bytes that wait.
  var waiting: Int { pending.count - written }

  /// The lines of which not all is written.
  var unread: UInt64 { pending.bytes.extracting(droppingFirst: written).lineCount }

  /// Whether lines wait and none of them was read for some time.
  func isStalled(for patience: Duration) -> Bool {
    waiting > 0 && lastProgress.duration(to: .now) > patience
  }

  /// Waits anew until the program reads.
  mutating func restartPatience() { lastProgress = .now }

  /// Adds the line that so many events were lost.
  mutating func append(lost count: UInt64) {
    pending.append("{\"lost\":")
    pending.append(decimal: count)
    pending.append("}\n")
  }

  /// Adds the line of an event.
  ///
  /// - Parameters:
  ///   - number: the event's number among those that the program was given.
  ///   - uses: the signatures that the event counts for, each with a policy.
  mutating func append(
    _ packet: borrowing DecodedPacket, _ event: EventKind, number: UInt64,
    _ uses: [(signature: String, policy: String)]
  ) {
    let prefix = self.prefix(event, uses)
    pending.append("{\"number\":")
    pending.append(decimal: number)
    pending.append(prefix.bytes)
    writer.append(prefix.label, of: packet, to: &pending)
    // In place of the end of the event's line.
    pending.truncate(to: pending.count - 1)
    pending.append("}\n")
  }

  /// What stands before the event in a line, and its label.
  private mutating func prefix(
    _ event: EventKind, _ uses: [(signature: String, policy: String)]
  ) -> Prefix {
    let use = Use(event: event, uses: uses.flatMap { [$0.signature, $0.policy] })
    if let known = prefixes[use] { return known }
    var policies: [String] = []
    for use in uses where !policies.contains(use.policy) { policies.append(use.policy) }
    var line = LineBuffer(capacity: 256)
    line.append(",\"for\":[")
    for (index, use) in uses.enumerated() {
      line.append(index == 0 ? "{\"signature\":" : ",{\"signature\":")
      line.append(jsonText: Array(use.signature.utf8))
      line.append(",\"policy\":")
      line.append(jsonText: Array(use.policy.utf8))
      line.append("}")
    }
    line.append("],\"event\":")
    let prefix = Prefix(bytes: line.copy, label: EventLabel(event, policies: policies))
    if prefixes.count > 1000 { prefixes.removeAll() }
    prefixes[use] = prefix
    return prefix
  }

  /// Writes as much as a pipe takes.
  mutating func write(to descriptor: Int32) {
    while waiting > 0 {
      let count = pending.write(from: written, to: descriptor)
      guard count > 0 else { break }
      written += count
      lastProgress = .now
    }
    if waiting == 0 {
      removeAll()
      lastProgress = .now
    } else if written > Self.limit {
      // What was written is forgotten now and then, so that the buffer stays small.
      var rest = LineBuffer(capacity: waiting)
      rest.append(pending.bytes.extracting(droppingFirst: written))
      pending = rest
      written = 0
    }
  }

  /// Forgets all lines.
  mutating func removeAll() {
    pending.truncate(to: 0)
    written = 0
  }
}

extension LineBuffer {
  /// Writes what follows the first bytes to a descriptor: the number of bytes written, -1 with errno for none.
  fileprivate func write(from offset: Int, to descriptor: Int32) -> Int {
    unsafe bytes.extracting(droppingFirst: offset).withUnsafeBytes {
      unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
    }
  }
}

extension RawSpan {
  /// The line breaks.
  fileprivate var lineCount: UInt64 {
    var count: UInt64 = 0
    for offset in 0..<byteCount where byte(offset) == 10 { count += 1 }
    return count
  }
}
