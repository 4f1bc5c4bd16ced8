// SPDX-License-Identifier: Apache-2.0

/// Reads whole streams of HTTP/1 as a server and a client would, line by line: to compare with.
enum PlainHTTP {
  /// The heads of a connection, each as it stands in its stream.
  struct Heads: Equatable {
    var requests: [[UInt8]] = []
    var responses: [[UInt8]] = []
  }

  /// Reads both streams of a connection.
  static func heads(_ requests: [UInt8], _ responses: [UInt8]) -> Heads {
    var heads = Heads()
    var methods: [String] = []
    var reader = PlainReader(bytes: requests)
    while let head = reader.head() {
      heads.requests.append(head.bytes)
      methods.append(head.words.first ?? "")
      guard reader.passBody(of: head, isRequest: true) else { break }
    }
    reader = PlainReader(bytes: responses)
    while let head = reader.head() {
      heads.responses.append(head.bytes)
      let code = head.words.count > 1 ? Int(head.words[1]) ?? 0 : 0
      if code == 101 { break }
      if (100..<200).contains(code) { continue }
      let method = methods.isEmpty ? "" : methods.removeFirst()
      if method == "CONNECT", (200..<300).contains(code) { break }
      if method == "HEAD" || code == 204 || code == 304 { continue }
      guard reader.passBody(of: head, isRequest: false) else { break }
    }
    return heads
  }
}

/// A stream, and how far it was read.
private struct PlainReader {
  struct Head {
    var bytes: [UInt8] = []
    var words: [String] = []
    var fields: [(name: String, value: String)] = []
  }

  let bytes: [UInt8]
  var place = 0

  /// The next line without its end; nil when there is none.
  mutating func line() -> String? {
    guard let end = bytes[place...].firstIndex(of: 10) else { return nil }
    var line = String(decoding: bytes[place..<end], as: UTF8.self)
    // CR LF is one character.
    if line.hasSuffix("\r") { line.removeLast() }
    place = end + 1
    return line
  }

  mutating func head() -> Head? {
    while place < bytes.count, bytes[place] == 13 || bytes[place] == 10 { place += 1 }
    let start = place
    guard let first = line() else { return nil }
    var head = Head()
    head.words = first.split(separator: " ").map(String.init)
    while let line = line() {
      if line.isEmpty {
        head.bytes = Array(bytes[start..<place])
        return head
      }
      let parts = line.split(separator: ":", maxSplits: 1)
      let value = parts.count > 1 ? parts[1].drop { $0 == " " } : ""
      head.fields.append((parts[0].lowercased(), String(value)))
    }
    return nil
  }

  /// Passes a body; false when nothing can follow it.
  mutating func passBody(of head: Head, isRequest: Bool) -> Bool {
    if head.fields.contains(where: { $0.name == "transfer-encoding" && $0.value == "chunked" }) {
      while let line = line() {
        let digits = line.prefix { $0.isHexDigit }
        guard let size = Int(digits, radix: 16) else { return false }
        if size == 0 {
          while let line = self.line(), !line.isEmpty {}
          return true
        }
        place += size
        guard place <= bytes.count, self.line() == "" else { return false }
      }
      return false
    }
    if let length = head.fields.first(where: { $0.name == "content-length" }) {
      place += Int(length.value) ?? 0
      return place <= bytes.count
    }
    return isRequest
  }
}
