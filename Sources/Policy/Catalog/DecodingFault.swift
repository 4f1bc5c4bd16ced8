/// Why a packet does not give an event that it should give.
///
/// Its name is what `--stats-file` calls it.
public enum DecodingFault: UInt8, Error, CaseIterable, Sendable {
  case notCaptured
  case tooShort
  case pastEnd
  case badCount
  case badName
  case longName
  case badData
  case badStartLine
  case badField
  case foldedField
  case badByte
  case tooManyFields
  case badContentLength
  case differentLengths
  case tooLong

  /// What it is called, and what it means.
  public var words: (name: String, meaning: String) {
    switch self {
    case .notCaptured: ("notCaptured", "a header that the event shows is not in the record")
    case .tooShort: ("tooShort", "DNS: shorter than the header of a message")
    case .pastEnd: ("pastEnd", "a question, a record or a head ends past the bytes that are there")
    case .badCount: ("badCount", "DNS: fewer questions or records than the counts say")
    case .badName:
      ("badName", "DNS: a name with a loop, a pointer forward, or a length that none has")
    case .longName: ("longName", "DNS: a name of more than 255 bytes")
    case .badData: ("badData", "DNS: data of a record that its type does not allow")
    case .badStartLine: ("badStartLine", "HTTP: a first line that is none")
    case .badField: ("badField", "HTTP: a field without a colon, or with a name that is none")
    case .foldedField: ("foldedField", "HTTP: a line that begins with a blank, in a request")
    case .badByte: ("badByte", "HTTP: NUL, or CR without LF")
    case .tooManyFields: ("tooManyFields", "HTTP: more than 128 fields")
    case .badContentLength:
      ("badContentLength", "HTTP: a Content-Length that is not a number up to 2^63−1")
    case .differentLengths: ("differentLengths", "HTTP: two Content-Lengths that differ")
    case .tooLong: ("tooLong", "HTTP: a head of 64 KiB or more")
    }
  }
}
