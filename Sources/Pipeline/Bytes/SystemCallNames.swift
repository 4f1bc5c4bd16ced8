/// The names of an architecture's system calls, by their numbers.
struct SystemCallNames: Sendable {
  private var text: [UInt8] = []
  private var ranges: [Range<Int>] = []

  /// Reads a table of words: a number, then the names of the calls from that number on; then perhaps a higher number
  /// again, where the numbers have a gap.
  init(_ table: String) {
    for word in table.split(whereSeparator: \.isWhitespace) {
      if let number = Int(word) {
        precondition(number >= ranges.count, "the numbers of a table of system calls rise")
        ranges += Array(repeating: 0..<0, count: number - ranges.count)
      } else {
        let start = text.count
        text += word.utf8
        ranges.append(start..<text.count)
      }
    }
  }

  /// The name of a call, nil when it has none here: slow, for what the kernel does not decide.
  func name(of number: UInt32) -> String? {
    guard number < ranges.count, !ranges[Int(number)].isEmpty else { return nil }
    return String(decoding: text[ranges[Int(number)]], as: UTF8.self)
  }

  /// Writes the name of a call; its number when it has none here.
  func append(_ number: UInt32, to line: inout LineBuffer) {
    guard number < ranges.count, !ranges[Int(number)].isEmpty else {
      line.append(decimal: number)
      return
    }
    line.append(text.bytes.extracting(ranges[Int(number)]))
  }
}
