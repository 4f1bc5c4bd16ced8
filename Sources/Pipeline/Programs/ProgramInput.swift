// SPDX-License-Identifier: Apache-2.0

import Glibc
import Policy
import System

/// The messages that a program of signatures is to read, in bounded memory, with how far it has read.
struct ProgramInput: ~Copyable {
  private let writer: JSONWriter
  private let encoding: ProgramSignatures.Encoding
  private var pending = LineBuffer()
  /// How much of ``pending`` was written.
  private var written = 0
  /// Where in ``pending`` each event ends that was not all written.
  private var ends: [Int] = []
  /// A message on its way to MessagePack.
  private var line = LineBuffer(capacity: 1024)
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

  /// Creates an input without messages.
  ///
  /// - Parameter clock: tells the times of events.
  init(_ encoding: ProgramSignatures.Encoding, clock: BootClock) {
    self.encoding = encoding
    writer = JSONWriter(clock: clock)
  }

  /// The bytes that wait.
  var waiting: Int { pending.count - written }

  /// The events of which not all is written.
  var unread: UInt64 { UInt64(ends.count { $0 > written }) }

  /// Whether messages wait and none of them was read for some time.
  func isStalled(for patience: Duration) -> Bool {
    waiting > 0 && lastProgress.duration(to: .now) > patience
  }

  /// Waits anew until the program reads.
  mutating func restartPatience() { lastProgress = .now }

  /// Adds the message that so many events were lost.
  mutating func append(lost count: UInt64) {
    line.truncate(to: 0)
    line.append("{\"lost\":")
    line.append(decimal: count)
    line.append("}")
    appendLine()
  }

  /// Adds the message of an event.
  ///
  /// - Parameters:
  ///   - number: the event's number among those that the program was given.
  ///   - uses: the signatures that the event counts for, each with a policy.
  mutating func append(
    _ packet: borrowing DecodedPacket, _ event: EventKind, number: UInt64,
    _ uses: [(signature: String, policy: String)]
  ) {
    let prefix = self.prefix(event, uses)
    line.truncate(to: 0)
    line.append("{\"number\":")
    line.append(decimal: number)
    line.append(prefix.bytes)
    writer.append(prefix.label, of: packet, to: &line)
    // In place of the end of the event's line.
    line.truncate(to: line.count - 1)
    line.append("}")
    appendLine()
    ends.append(pending.count)
  }

  private mutating func appendLine() { encoding.append(line, to: &pending) }

  /// What stands before the event in a message, and its label.
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
      ends = ends.filter { $0 > written }.map { $0 - written }
      written = 0
    }
  }

  /// Forgets all messages.
  mutating func removeAll() {
    pending.truncate(to: 0)
    ends.removeAll(keepingCapacity: true)
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

extension ProgramSignatures.Encoding {
  /// Adds a message, which is a JSON object.
  fileprivate func append(_ message: borrowing LineBuffer, to pending: inout LineBuffer) {
    switch self {
    case .json:
      pending.append(message.bytes)
      pending.append("\n")
    case .messagePack: _ = pending.append(packedJSON: message.bytes)
    }
  }
}
