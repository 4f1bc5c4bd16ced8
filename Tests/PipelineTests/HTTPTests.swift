// SPDX-License-Identifier: Apache-2.0

import Foundation
import Policy
import Testing

@testable import Pipeline

@Suite struct HTTPTests {
  static let request = """
    GET /a%20b/%c3%bc%22?q=1 HTTP/1.1\r
    host: example.org:8080\r
    user-agent: curl/8.0\r
    Accept: */*\r
    X-twice: one\r
    content-LENGTH: 12\r
    x-TWICE: \ttwo "2" \r
    \r
    hello, world
    """
  static let response = """
    HTTP/1.1 404 Not Found\r
    Server: nginx\r
    Transfer-Encoding: gzip, chunked\r
    \r

    """

  @Test func `a request is written byte by byte`() throws {
    #expect(
      try written(Self.request) { $1.append($0, scratch: &$2) } == #"""
        {"direction":"request","method":"GET","protocol":"HTTP/1.1","host":"example.org:8080",\#
        "uri_path":"/a b/ü\"","status":"","status_code":0,\#
        "headers":{"Accept":["*/*"],"Content-Length":["12"],"User-Agent":["curl/8.0"],\#
        "X-Twice":["one","two \"2\""]},"content_length":12}
        """#)
    #expect(
      try written(Self.request) { $1.append(request: $0, scratch: &$2) } == #"""
        {"method":"GET","protocol":"HTTP/1.1","host":"example.org:8080","uri_path":"/a b/ü\"",\#
        "headers":{"Accept":["*/*"],"Content-Length":["12"],"User-Agent":["curl/8.0"],\#
        "X-Twice":["one","two \"2\""]},"content_length":12}
        """#)
  }

  @Test func `a response is written byte by byte`() throws {
    #expect(
      try written(Self.response) { head, line, scratch in line.append(head, scratch: &scratch) }
        == """
        {"direction":"response","method":"","protocol":"HTTP/1.1","host":"","uri_path":"",\
        "status":"404 Not Found","status_code":404,\
        "headers":{"Server":["nginx"],"Transfer-Encoding":["gzip, chunked"]},"content_length":-1}
        """)
    #expect(
      try written("HTTP/1.0 200\nContent-Length: 0\n\n") { head, line, _ in
        line.append(response: head)
      } == """
        {"status":"200","status_code":200,"protocol":"HTTP/1.0",\
        "headers":{"Content-Length":["0"]},"content_length":0}
        """)
  }

  @Test(arguments: [
    ("/", "h", "/"), ("/x?y#z", "h", "/x"), ("http://other:81/p?q", "other:81", "/p"),
    ("http://user:p@ss@other/p@q", "other", "/p@q"), ("http://other", "other", ""),
    ("*", "h", "*"), ("/a%2", "h", "/a%2"), ("/%zz", "h", "/%zz"),
    ("/?u=http://x/y", "h", "/"), ("/%ff", "h", "/\u{fffd}"), ("/%0a%1b", "h", "/\n\u{1b}"),
  ])
  func `the target names the path, and sometimes the host`(
    target: String, host: String, path: String
  ) throws {
    let head = try object("OPTIONS \(target) HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(head["host"] as? String == host)
    #expect(head["uri_path"] as? String == path)
    #expect(head["content_length"] as? Int == 0)
    #expect((head["headers"] as? [String: Any])?.isEmpty == true)
  }

  @Test func `to connect is to name a host`() throws {
    let head = try object("CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(head["host"] as? String == "example.org:443")
    #expect(head["uri_path"] as? String == "")
  }

  @Test func `values of a response may go on in the next line, and blanks be before colons`() throws
  {
    let folded = try object("HTTP/1.1 200 OK\r\nA\t: b\r\n\tc \r\nD:\r\n e\n  \n f\r\nG: \r\n\r\n")
    #expect(folded["headers"] as? NSDictionary == ["A": ["b c"], "D": ["e f"], "G": [""]])
  }

  @Test func `of several hosts the first is shown, and all of them among the headers`() throws {
    let head = try object("GET / HTTP/1.1\r\nHost: a\r\nX: y\r\nhost: b\r\n\r\n")
    #expect(head["host"] as? String == "a")
    #expect(head["headers"] as? NSDictionary == ["Host": ["a", "b"], "X": ["y"]])
  }

  @Test(arguments: [
    ("GET /a b HTTP/1.1", "/a b"), ("GET    /a HTTP/1.0", "/a"), ("GET\t/a\tHTTP/1.1 ", "/a"),
    ("brew / HTTP/1.1", "/"), ("M-SEARCH * HTTP/1.1", "*"), ("CONNECT / HTTP/1.1", "/"),
  ])
  func `blanks are tolerated in the first line, and any method`(line: String, path: String) throws {
    let head = try object("\(line)\r\nHost: h\r\n\r\n")
    #expect(head["uri_path"] as? String == path && head["host"] as? String == "h")
  }

  @Test(arguments: ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"])
  func `every method is seen`(method: String) throws {
    #expect(try object("\(method) /x HTTP/1.1\r\n\r\n")["method"] as? String == method)
  }

  @Test(arguments: ["\r\n", "\n"])
  func `lines end in CR LF, or in LF alone`(end: String) throws {
    let head = try object(
      ["PUT /x HTTP/1.0", "Host: h", "A:  b\t", "C:", "", "body"].joined(separator: end))
    #expect(head["protocol"] as? String == "HTTP/1.0")
    #expect(head["headers"] as? NSDictionary == ["A": ["b"], "C": [""]])
  }

  @Test func `a head has 128 fields and 64 KiB at most`() {
    for (count, fault) in [(128, nil), (129, .tooManyFields)] as [(Int, DecodingFault?)] {
      for name in ["F", "Same"] {
        let fields = (0..<count).map { "\(name == "F" ? "F\($0)" : name): x\r\n" }.joined()
        #expect(Self.fault(in: "GET / HTTP/1.1\r\n\(fields)\r\n") == fault)
      }
    }
    // With its empty line a head has fewer than 65,536 bytes.
    let rest = "GET / HTTP/1.1\r\nA: \r\n\r\n".utf8.count
    for (size, fault) in [(65_535, nil), (65_536, .tooLong), (1 << 20, .tooLong)]
      as [(Int, DecodingFault?)]
    {
      let value = String(repeating: "x", count: size - rest)
      #expect(Self.fault(in: "GET / HTTP/1.1\r\nA: \(value)\r\n\r\n") == fault, "\(size)")
    }
  }

  /// What is wrong with a head; nil when nothing is.
  static func fault(in text: String) -> DecodingFault? {
    let bytes = Array(text.utf8)
    do throws(DecodingFault) {
      _ = try HTTPHead(reading: bytes.bytes)
      return nil
    } catch {
      return error
    }
  }

  private struct NoHead: Error {}

  private func written(
    _ text: String, _ write: (borrowing HTTPHead, inout LineBuffer, inout LineBuffer) -> Void
  ) throws -> String {
    let bytes = Array(text.utf8)
    guard let head = HTTPHead(bytes.bytes) else { throw NoHead() }
    var line = LineBuffer()
    var scratch = LineBuffer()
    write(head, &line, &scratch)
    return String(decoding: line.copy, as: UTF8.self)
  }

  private func object(_ text: String) throws -> [String: Any] {
    let json = try written(text) { $1.append($0, scratch: &$2) }
    return try #require(
      JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
  }
}
