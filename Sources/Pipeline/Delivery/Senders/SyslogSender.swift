// SPDX-License-Identifier: Apache-2.0

import Glibc
import System

extension SyslogReceiver {
  /// What its daemon expects before the text.
  fileprivate var header: SyslogMessage.Header {
    switch self {
    case .local: .local
    case .udp, .tcp, .tls: .standard
    }
  }
}

/// Sends each event as a message of syslog.
final class SyslogSender: EventSender {
  private let receiver: SyslogReceiver
  private let place: OutputPlace
  private let limit: Int
  private let tls: TLSOptions
  private var format: SyslogMessage
  private var message = LineBuffer()
  private var attempts = 0
  /// Whether it was said that datagrams are refused.
  private var isRefused = false
  private var datagrams: DatagramSocket?
  private var stream: MessageStream?

  /// What daemons take by default: 8 KiB, as rsyslog does.
  static let standardLimit = 8192
  /// The most that a datagram can have (RFC 5426 §3.2), and the least that a limit can be (RFC 5424 §6.1).
  static let limits = 480...65_507

  /// Creates a sender; the first event makes the connection.
  ///
  /// - Parameters:
  ///   - limit: the most bytes of a message.
  ///   - tls: how to connect to a receiver of TLS, for which libcurl has to be loaded.
  init(
    _ receiver: SyslogReceiver, _ place: OutputPlace, limit: Int?, tls: TLSOptions = TLSOptions()
  ) {
    self.tls = tls
    self.receiver = receiver
    self.place = place
    self.limit = limit ?? Self.standardLimit
    format = SyslogMessage(receiver.header)
  }

  override func disconnect() {
    datagrams = nil
    stream = nil
  }

  override func send(_ chunk: LineChunk, from line: Int, _ queue: OutputQueue) -> Outcome {
    do throws(OutputError) {
      switch receiver {
      case .tcp(let endpoint):
        return try sendFrames(of: chunk, from: line, to: endpoint, nil, queue)
      case .tls(let endpoint):
        return try sendFrames(of: chunk, from: line, to: endpoint, tls, queue)
      case .udp, .local: return try sendDatagram(of: chunk, line: line, queue)
      }
    } catch {
      disconnect()
      return .failed(error)
    }
  }

  /// Writes a line as a message, and counts what it cannot have.
  private func append(_ line: Int, of chunk: LineChunk) -> SyslogMessage.Fit {
    let range = chunk.range(of: line..<line + 1)
    return format.append(
      chunk.lines.bytes.extracting(range.lowerBound..<range.upperBound - 1),
      chunk.label(ofLine: line), limit: limit, to: &message)
  }

  private var refusal: String { "events are too long for messages of \(limit) bytes" }

  // MARK: Datagrams

  private func sendDatagram(
    of chunk: LineChunk, line: Int, _ queue: OutputQueue
  ) throws(OutputError) -> Outcome {
    message.truncate(to: 0)
    let fit = append(line, of: chunk)
    if fit == .tooLong { return .refused(1, refusal) }
    if datagrams == nil { datagrams = DatagramSocket(descriptor: try connectDatagrams()) }
    var code = datagrams?.send(message.bytes, queue) ?? ENOTCONN
    if code == ECONNREFUSED, case .udp = receiver {
      // It is about an earlier message, and there is no saying which.
      if !isRefused { queue.notice("'\(place)' refuses messages: nobody listens there") }
      isRefused = true
      queue.countRetry()
      code = datagrams?.send(message.bytes, queue) ?? ENOTCONN
    }
    switch code {
    case 0:
      if fit == .truncated { queue.countTruncated() }
      return .delivered(1)
    case ECANCELED: return .interrupted
    case EMSGSIZE: return .refused(1, refusal)
    default: throw OutputError(operation: .write, place: place, code: code)
    }
  }

  private func connectDatagrams() throws(OutputError) -> Descriptor {
    attempts += 1
    switch receiver {
    case .local(let path):
      guard let made = UnixAddress(path)?.connect(.datagrams) else {
        throw OutputError(operation: .open, place: place, code: errno)
      }
      return made
    case .udp(let endpoint), .tcp(let endpoint), .tls(let endpoint):
      return try endpoint.connect(SOCK_DGRAM, attempt: attempts - 1, for: place)
    }
  }

  // MARK: A stream

  /// The most bytes of messages that are written at once.
  private static let frameLimit = 1 << 16

  private func sendFrames(
    of chunk: LineChunk, from line: Int, to endpoint: Endpoint, _ options: TLSOptions?,
    _ queue: OutputQueue
  ) throws(OutputError) -> Outcome {
    if stream?.isOver ?? false { stream = nil }
    if stream == nil {
      attempts += 1
      stream = try MessageStream.connect(
        endpoint, options, attempt: attempts - 1, for: place, queue)
      if stream == nil { return .interrupted }
    }
    var frames = LineBuffer()
    var ends: [(end: Int, isTruncated: Bool)] = []
    var next = line
    while next < chunk.lineCount, frames.count < Self.frameLimit {
      message.truncate(to: 0)
      let fit = append(next, of: chunk)
      if fit == .tooLong { break }
      frames.append(decimal: UInt(message.count))
      frames.append(" ")
      frames.append(message.bytes)
      ends.append((frames.count, fit == .truncated))
      next += 1
    }
    if ends.isEmpty { return .refused(1, refusal) }
    let (count, code) = stream?.write(frames.bytes, queue) ?? (0, ENOTCONN)
    let whole = ends.prefix { $0.end <= count }
    for frame in whole where frame.isTruncated { queue.countTruncated() }
    // The rest of a message cannot be told from a new one.
    if code != 0 { stream = nil }
    if !whole.isEmpty { return .delivered(whole.count) }
    if code == ECANCELED { return .interrupted }
    throw OutputError(operation: .write, place: place, code: code)
  }
}
