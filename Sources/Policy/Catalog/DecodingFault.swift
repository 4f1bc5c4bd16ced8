// SPDX-License-Identifier: Apache-2.0

/// Why a packet cannot be decoded into an event that a rule asks for.
///
/// `--stats-file` counts packets by these names.
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

  /// The name in `--stats-file` and the meaning, as `docs/operations.md` lists them.
  public var words: (name: String, meaning: String) {
    switch self {
    case .notCaptured: ("notCaptured", "a header that the event contains is not in the record")
    case .tooShort: ("tooShort", "DNS: shorter than the header of a message")
    case .pastEnd: ("pastEnd", "a question, a record or a head ends after the captured bytes")
    case .badCount: ("badCount", "DNS: fewer questions or records than the counts in the header")
    case .badName:
      ("badName", "DNS: a name with a loop, a forward pointer or an invalid length")
    case .longName: ("longName", "DNS: a name of more than 255 bytes")
    case .badData: ("badData", "DNS: data of a record that its type does not allow")
    case .badStartLine: ("badStartLine", "HTTP: a malformed first line")
    case .badField: ("badField", "HTTP: a field without a colon, or with an invalid name")
    case .foldedField: ("foldedField", "HTTP: a line that begins with a blank, in a request")
    case .badByte: ("badByte", "HTTP: NUL, or CR without LF")
    case .tooManyFields: ("tooManyFields", "HTTP: more than 128 fields")
    case .badContentLength:
      ("badContentLength", "HTTP: a Content-Length that is not a number up to 2^63−1")
    case .differentLengths: ("differentLengths", "HTTP: two Content-Length values that differ")
    case .tooLong: ("tooLong", "HTTP: a head of 64 KiB or more")
    }
  }
}
