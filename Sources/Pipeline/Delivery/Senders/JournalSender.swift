// SPDX-License-Identifier: Apache-2.0

import CSystem
import Glibc
import System

/// Sends each event as an entry to the journal of systemd.
///
/// `MESSAGE` is the event; `TRACEE_EVENT` and `TRACEE_POLICY`, once for each policy, can be searched for. An entry that is too
/// large for a datagram goes as a sealed file of memory. Source: the native journal protocol of systemd.
final class JournalSender: EventSender {
  private let path: String
  private let place: OutputPlace
  private var socket: DatagramSocket?
  private var entry = LineBuffer()

  /// Creates a sender; the first event makes the connection.
  ///
  /// - Parameter space: the namespace of the journal; nil for the machine's own.
  init(_ space: String?, _ place: OutputPlace) {
    path = "/run/systemd/journal\(space.map { ".\($0)" } ?? "")/socket"
    self.place = place
  }

  override func disconnect() { socket = nil }

  override func send(_ chunk: LineChunk, from line: Int, _ queue: OutputQueue) -> Outcome {
    if socket == nil {
      guard let made = UnixAddress(path)?.connect(.datagrams) else {
        return .failed(OutputError(operation: .open, place: place, code: errno))
      }
      socket = DatagramSocket(descriptor: made)
    }
    write(line, of: chunk)
    var code = socket?.send(entry.bytes, queue) ?? ENOTCONN
    if code == EMSGSIZE || code == ENOBUFS { code = sendSealed(entry.bytes, queue) }
    switch code {
    case 0: return .delivered(1)
    case ECANCELED: return .interrupted
    default:
      disconnect()
      return .failed(OutputError(operation: .write, place: place, code: code))
    }
  }

  /// Sends the entry as a file of memory that nobody can change any more.
  private func sendSealed(_ bytes: RawSpan, _ queue: OutputQueue) -> Int32 {
    guard let number = socket?.descriptor.number else { return ENOTCONN }
    let file = unsafe bytes.withUnsafeBytes { unsafe tp_sealed_memory($0.baseAddress, $0.count) }
    guard file >= 0 else { return errno }
    let memory = Descriptor(owning: file)
    while tp_send_descriptor(number, memory.number) != 0 {
      if errno == EINTR { continue }
      guard errno == EAGAIN else { return errno }
      if queue.awaitReady(number, for: POLLOUT) == .abandoned { return ECANCELED }
    }
    return 0
  }

  private func write(_ line: Int, of chunk: LineChunk) {
    let label = chunk.label(ofLine: line)
    entry.truncate(to: 0)
    entry.append(
      label == nil
        ? "PRIORITY=4\nSYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER=tracee-policy\nTRACEE_EVENT="
        : "PRIORITY=6\nSYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER=tracee-policy\nTRACEE_EVENT=")
    entry.append(label?.name ?? Array("lost_events".utf8))
    for policy in label?.policies ?? [] where !policy.isEmpty {
      entry.append("\nTRACEE_POLICY=")
      entry.append(policy.utf8.filter { $0 >= 0x20 })
    }
    // A line has no line ends within.
    entry.append("\nMESSAGE=")
    entry.append(chunk.lines.bytes.extracting(chunk.range(of: line..<line + 1)))
  }
}
