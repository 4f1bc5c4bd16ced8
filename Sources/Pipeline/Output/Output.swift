import Glibc
import Policy

/// One destination that is open, and the lines that wait for it.
///
/// A batch of lines is one `write(2)`.
public final class Output {
  /// What was asked for.
  public let destination: Destination
  /// Events whose lines are written, or only counted.
  public private(set) var written: UInt64 = 0
  /// Events whose lines could not be written.
  public private(set) var lost: UInt64 = 0

  private let file: OutputFile
  private let json: JSONWriter
  private var table: TableWriter
  private var lines = LineBuffer()
  private var waiting: UInt64 = 0
  /// Lines that are no events: 1 while the table's header waits.
  private var headerLines: UInt64 = 0
  private var failure: Failure?

  private enum Failure {
    case readerGone
    case failed(OutputError)
  }

  /// A batch that grows beyond this is written before its time.
  private static let batchLimit = 1 << 20

  /// What became of the events that were meant for it.
  public var account: OutputAccount {
    OutputAccount(
      name: destination.name, accepted: written + waiting + lost, written: written,
      waiting: waiting, lost: lost)
  }

  /// Opens a destination.
  ///
  /// A file is made with mode 0600 unless it exists, and lines are added at its end. A FIFO waits for its reader. A
  /// symbolic link is refused. From then on the process ignores SIGPIPE: a reader that goes away is an error of a write.
  ///
  /// - Parameters:
  ///   - clock: tells the times of events.
  ///   - colour: whether a table may have colours.
  public init(
    _ destination: Destination, clock: BootClock, colour: Bool = false
  ) throws(OutputError) {
    self.destination = destination
    json = JSONWriter(clock: clock)
    table = TableWriter(clock: clock, colour: colour)
    if destination.format == .table {
      table.appendHeader(to: &lines)
      headerLines = 1
    }
    signal(SIGPIPE, SIG_IGN)
    file = try OutputFile(destination.path)
  }

  /// Adds an event to the batch.
  func append(
    _ kind: EventKind, of record: borrowing RecordReader, _ headers: PacketHeaders,
    _ names: RowMeaning.Names
  ) {
    if failure != nil {
      lost += 1
      return
    }
    let isWritten =
      switch destination.format {
      case .json: json.append(kind, of: record, headers, policies: names.json, to: &lines)
      case .table: table.append(kind, of: record, headers, policies: names.text, to: &lines)
      case .none: true
      }
    precondition(isWritten, "only events that the packet gives are emitted")
    waiting += 1
    if lines.count >= Self.batchLimit { writeBatch() }
  }

  /// Writes what waits.
  ///
  /// - Returns: whether the reader of standard output went away; then and after an error nothing is written any more,
  ///   and every event is counted as lost.
  func flush() throws(OutputError) -> FlushOutcome {
    if failure == nil { writeBatch() }
    switch failure {
    case nil: return .written
    case .readerGone: return .readerGone
    case .failed(let error): throw error
    }
  }

  private func writeBatch() {
    let (done, code) = file.write(lines.bytes)
    if code == 0 {
      written += waiting
    } else {
      let complete = lines.bytes.extracting(first: done).lineCount
      let events = complete > headerLines ? complete - headerLines : 0
      written += events
      lost += waiting - events
      failure =
        code == EPIPE && destination.path == nil
        ? .readerGone
        : .failed(OutputError(operation: .write, path: destination.path, code: code))
    }
    lines.truncate(to: 0)
    waiting = 0
    headerLines = 0
  }
}

/// What came of writing a batch.
public enum FlushOutcome: Sendable {
  case written
  /// The reader of standard output went away: there is nobody to trace for.
  case readerGone
}

extension RawSpan {
  fileprivate var lineCount: UInt64 {
    var count: UInt64 = 0
    for offset in 0..<byteCount where byte(offset) == UInt8(ascii: "\n") { count += 1 }
    return count
  }
}
