// SPDX-License-Identifier: Apache-2.0

import Policy
import System

/// The outputs of a run, in the order of the command line, and what is asked of them together.
public struct OutputSet {
  /// The outputs.
  public let all: [Output]

  init(_ outputs: [Output]) { all = outputs }

  /// What tells the times of events.
  var clock: BootClock { all.first?.clock ?? BootClock(epochOffset: 0) }

  /// Has all outputs show a set of policies in the events of its generation.
  func take(_ set: ShownSet) {
    for output in all { output.take(set) }
  }

  /// Has all outputs show the paths of cgroups where they are asked for; `cgroupPath` returns an empty text if it is not known.
  func take(cgroupPath: @escaping (UInt64) -> String) {
    for output in all { output.take(cgroupPath: cgroupPath) }
  }

  /// Adds a finding to each output that shows it, with the packet of the event that completed it.
  func append(
    _ finding: SignatureFinding, of packet: borrowing DecodedPacket,
    to showings: [RowMeaning.Showing]
  ) {
    for showing in showings {
      all[showing.output].append(finding, packet, as: showing.label)
      all[showing.output].endPacket(packet.record)
    }
  }

  /// Adds an event that a packet gives to each output that shows it.
  @inline(__always)
  func append(_ packet: borrowing DecodedPacket, _ want: RowMeaning.Want) {
    for index in want.showings.indices {
      unsafe Uncounted(all[want.showings[index].output]).use { output in
        unsafe Uncounted(want.showings[index].label).use { output.append(packet, as: $0) }
      }
    }
  }

  /// Ends a packet in all outputs: it gives no further event.
  @inline(__always)
  func endPacket(_ record: borrowing RecordReader) {
    for index in all.indices { unsafe Uncounted(all[index]).use { $0.endPacket(record) } }
  }

  /// Says in all outputs what their readers do not see.
  func append(_ gap: Gap) {
    for output in all { output.append(gap) }
  }

  /// Whether an output that must lose nothing has no room: to consume more would wait for it.
  public var isFull: Bool {
    for index in all.indices where unsafe Uncounted(all[index]).use(\.isFull) {
      return true
    }
    return false
  }

  /// Whether the next record has to wait for an output that must lose nothing and has no room.
  ///
  /// Others that have room do not wait for it for long, and not at all when they would lose something by it: the output
  /// loses then what they get.
  ///
  /// - Parameter isPressed: whether there is little room for records that wait.
  func mustWait(isPressed: @autoclosure () -> Bool) -> Bool {
    guard isFull else { return false }
    let full = all.filter(\.isFull)
    guard full.count < all.count else { return true }
    let isPressed = isPressed()
    return full.count { !$0.leaveBehind(isPressed) } > 0
  }

  /// Gives what waits to the writers of all outputs.
  ///
  /// - Returns: whether the reader of standard output went away.
  /// - Throws: the first error of an output that cannot be written any more.
  public func flush() throws(OutputError) -> FlushOutcome {
    push()
    return try outcome()
  }

  /// Gives what waits to the writers of all outputs, whatever became of these.
  func push() {
    for index in all.indices { all[index].flush() }
  }

  /// Waits until no output is full that must lose nothing; one that takes nothing for a while is given up.
  func awaitRoom(patience: Duration = .seconds(1)) {
    for output in all { output.awaitRoom(patience: patience) }
  }

  /// Gives the last lines to the writers, after which there are no others.
  func stop() {
    for output in all { output.stop() }
  }

  /// Whether all writers have come to their end.
  var isFinished: Bool { all.allSatisfy(\.isFinished) }

  /// Waits until all outputs have written everything.
  ///
  /// Nothing can be emitted after it.
  ///
  /// - Parameter patience: how long an output may take nothing before what it still has is given up, and counted.
  /// - Returns: whether the reader of standard output went away.
  /// - Throws: the first error of an output.
  public func finish(patience: Duration = .seconds(1)) throws(OutputError) -> FlushOutcome {
    stop()
    for output in all { output.awaitEnd(patience: patience) }
    return try outcome()
  }

  private func outcome() throws(OutputError) -> FlushOutcome {
    var outcome = FlushOutcome.written
    for output in all.indices {
      switch all[output].ending {
      case nil, .abandoned(nil): break
      case .readerGone: outcome = .readerGone
      case .failed(let error): throw error
      case .abandoned(let error?) where error.mayLackReader: break
      case .abandoned(let error?): throw error
      }
    }
    return outcome
  }
}

/// What came of writing.
public enum FlushOutcome: Sendable {
  case written
  /// The reader of standard output went away: there is nobody to trace for.
  case readerGone
}
