// SPDX-License-Identifier: Apache-2.0

import Glibc
import System

/// Sends events in batches to a server of HTTP, and waits for each answer.
final class HTTPSender: EventSender {
  private let target: EventURL
  private let options: Destination.HTTPOptions
  private let tls: TLSOptions
  private let timeout: Int
  private var place: OutputPlace { .http(target) }
  private var connection: HTTPConnection?
  private var batch = LineBatch()
  /// The status of a line that the server refuses.
  private var refusal = 0
  private var body = LineBuffer()
  /// The bytes of the lines of a request at most, unless it is one line; less than any where a server has found a body too large.
  private var limit = Int.max
  private var compressed: [UInt8] = []
  private var askedPause: Duration = .zero

  /// A request at most each second, unless there are many events.
  override var gathering: Duration { .seconds(1) }
  override var pause: Duration { askedPause }

  /// Creates a sender; libcurl has to be loaded.
  ///
  /// - Parameter timeout: how long a request may take, in milliseconds.
  init(
    _ target: EventURL, _ options: Destination.HTTPOptions, _ tls: TLSOptions = TLSOptions(),
    timeout: Int = 30_000
  ) {
    self.tls = tls
    self.target = target
    self.options = options
    self.timeout = timeout
  }

  override func disconnect() { connection = nil }

  override func send(_ chunk: LineChunk, from line: Int, _ queue: OutputQueue) -> Outcome {
    do throws(OutputError) {
      try open()
      while true {
        batch.begin(chunk, from: line, limit: limit)
        try fill(from: chunk)
        let isOver =
          options.isCompressed
          ? connection?.post(compressed.bytes, queue) : connection?.post(body.bytes, queue)
        guard isOver ?? false else { return .interrupted }
        // A smaller body may be taken.
        if connection?.status == 413, let bytes = batch.withdraw() {
          limit = bytes / 2
          continue
        }
        return try judge()
      }
    } catch { return .failed(error) }
  }

  private func open() throws(OutputError) {
    guard connection == nil else { return }
    var headers = ["Expect:", "User-Agent: tracee-policy", "Content-Type: application/x-ndjson"]
    if options.isCompressed { headers.append("Content-Encoding: gzip") }
    headers += try fields()
    connection = HTTPConnection(
      target.text, headers: headers, tls, timeout: timeout)
    if connection == nil { throw OutputError(operation: .open, place: place, code: ENOMEM) }
  }

  /// The fields of a header that belong to each request, not to all of them.
  private static let ownFields: Set = [
    "connection", "content-length", "expect", "host", "te", "trailer", "transfer-encoding",
    "upgrade",
  ]

  /// Reads the fields that all requests have.
  ///
  /// - Throws: the first line that is no field, or one that would contradict the request.
  private func fields() throws(OutputError) -> [String] {
    let lines = try SettingsFile.lines(of: options.headers, for: place)
    for line in lines {
      let name = line.prefix { $0 != ":" }
      let isField = name.count < line.count && !name.isEmpty && name.utf8.allSatisfy(\.isOfTokens)
      guard !isField || Self.ownFields.contains(name.lowercased()) else { continue }
      var failure = OutputError(operation: .open, place: place, code: 0)
      // A value may be a secret.
      failure.words =
        isField
        ? "a request sets `\(name)` itself: leave it out of the file of `headers=`"
        : "the file of `headers=` has a line that is not `NAME: VALUE`"
      throw failure
    }
    return lines
  }

  /// Writes the body of a request with all lines that are still to be sent.
  private func fill(from chunk: LineChunk) throws(OutputError) {
    body.truncate(to: 0)
    for line in batch.pending {
      let range = chunk.range(of: line..<line + 1)
      switch options.body {
      case .ndjson: body.append(chunk.lines.bytes.extracting(range))
      case .bulk:
        body.append("{\"create\":{}}\n")
        body.append(chunk.lines.bytes.extracting(range))
      case .clickhouse:
        body.append("{\"event\":")
        body.append(jsonText: chunk.lines.bytes.extracting(range.lowerBound..<range.upperBound - 1))
        body.append("}\n")
      }
    }
    guard options.isCompressed else { return }
    compressed = Deflater.gzip(body.bytes)
    if compressed.isEmpty { throw OutputError(operation: .write, place: place, code: ENOMEM) }
  }

  /// Reads what the answer means for the lines that were sent.
  private func judge() throws(OutputError) -> Outcome {
    let status = connection?.status ?? 0
    askedPause = connection?.retryAfter ?? .zero
    switch status {
    case 200..<300 where options.body == .bulk: return try judgeEach()
    case 200..<300:
      _ = batch.settle(batch.pending.map { _ in .delivered })
      // The server may take more than was found, or not have meant it.
      if limit < Int.max / 2 { limit += limit / 16 + 1 }
      return batch.outcome("")
    case 0: throw failure(connection?.error ?? "")
    // What the events are is wrong, and will be.
    case 400, 413, 422:
      _ = batch.settle(batch.pending.map { _ in .refused })
      return batch.outcome("the server answers \(status)\(words)")
    default: throw failure("the server answers \(status)\(words)")
    }
  }

  /// Reads what the answer of a bulk interface says about each event.
  private func judgeEach() throws(OutputError) -> Outcome {
    let bytes = connection?.answer ?? []
    guard let answer = BulkAnswer(bytes.bytes),
      answer.statuses.count == batch.pending.count
    else { throw failure("the server does not answer as a bulk interface does") }
    let fates = answer.statuses.map { status -> LineBatch.Fate in
      switch status {
      // 409: it has the event already.
      case 200..<300, 409: return .delivered
      case 429, 500...: return .later
      default:
        refusal = status
        return .refused
      }
    }
    let left = batch.settle(fates)
    if left > 0 { throw failure("the server has no room for \(left) events now") }
    return batch.outcome("the server answers \(refusal) for some events")
  }

  private func failure(_ words: String) -> OutputError {
    var error = OutputError(operation: .write, place: place, code: EPROTO)
    error.words = words
    return error
  }

  /// The first line of the answer, as far as it is short.
  private var words: String {
    let line = (connection?.answer ?? []).prefix { $0 != UInt8(ascii: "\n") }.prefix(200)
    return line.isEmpty ? "" : ": " + String(decoding: line, as: UTF8.self)
  }
}
