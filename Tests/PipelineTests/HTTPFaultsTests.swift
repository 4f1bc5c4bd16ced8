// SPDX-License-Identifier: Apache-2.0

import Policy
import Testing

@testable import Pipeline

/// What heads are refused for, each by its name.
@Suite struct HTTPFaultsTests {
  @Test(arguments: [
    "", "GET", "get / HTTP/2.0\r\n\r\n", "BREW HTTP/1.1\r\n\r\n", "GET / HTTP/2.0\r\n\r\n",
    "GET /\r\n\r\n", "GET  HTTP/1.1\r\n\r\n", "GET /HTTP/1.1\r\n\r\n",
    "G(T / HTTP/1.1\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
    "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.x 200 OK\r\n\r\n", "HTTP/1.1 099 No\r\n\r\n",
    "HTTP/1.1\r\n\r\n", "HTTP/1.10 200 OK\r\n\r\n",
  ])
  func `a first line that is none`(text: String) {
    #expect(HTTPTests.fault(in: text) == .badStartLine)
  }

  @Test(arguments: [
    "GET /", "GET / HTTP/1.1", "GET / HTTP/1.1\r", "GET / HTTP/1.1\r\n",
    "GET / HTTP/1.1\r\nA: b\r\n", "GET / HTTP/1.1\r\nA: b\r\n\r", "HTTP/1.1 200 OK\n",
  ])
  func `an end that is not there`(text: String) {
    #expect(HTTPTests.fault(in: text) == .pastEnd)
  }

  @Test(arguments: ["A : x", "A\t: x"])
  func `a blank before a colon, in a request`(field: String) {
    #expect(HTTPTests.fault(in: "GET / HTTP/1.1\r\n\(field)\r\n\r\n") == .badField)
    #expect(HTTPTests.fault(in: "HTTP/1.1 200 OK\r\n\(field)\r\n\r\n") == nil)
  }

  @Test(arguments: [": x", "A b: x", "A", "(A): x", "\u{e4}: x", "A\u{1}: x"])
  func `a field without a colon, or with a name that is none`(field: String) {
    for start in ["GET / HTTP/1.1", "HTTP/1.1 200 OK"] {
      #expect(HTTPTests.fault(in: "\(start)\r\nX: y\r\n\(field)\r\n\r\n") == .badField)
      #expect(HTTPTests.fault(in: "\(start)\n\(field)\n\n") == .badField)
    }
  }

  @Test(arguments: [" b", "\tb", " ", "\t: x", " A: b"], ["", "A: x;\r\n"])
  func `a line that goes on with the one before, or with the first`(line: String, before: String) {
    let text = "GET / HTTP/1.1\r\n\(before)\(line)\r\nB: c\r\n\r\n"
    #expect(HTTPTests.fault(in: text) == .foldedField)
    #expect(HTTPTests.fault(in: text.replacing("\r\n", with: "\n")) == .foldedField)
  }

  @Test(arguments: ["\0", "\r", "\r\r", "\rB: c", "x\0"])
  func `NUL, and CR without LF`(text: String) {
    for head in [
      "GET /\(text) HTTP/1.1\r\nA: b\r\n\r\n", "GET / HTTP/1.1\r\nA\(text): b\r\n\r\n",
      "GET / HTTP/1.1\r\nA: \(text)b\r\n\r\n", "GET / HTTP/1.1\r\nA: b\(text)\r\n\r\n",
      "HTTP/1.1 200 O\(text)K\r\n\r\n", "HTTP/1.1 200 OK\r\n\(text)\r\n",
    ] {
      #expect(HTTPTests.fault(in: head) == .badByte, "\(head.debugDescription)")
    }
    let body = "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n\(text)"
    #expect(HTTPTests.fault(in: body) == nil, "what follows the head is not read")
  }

  @Test(arguments: ["x", "-1", "+1", "1 2", "", "9223372036854775808", "1,", "1 1"])
  func `a length of the body that is no number`(length: String) {
    #expect(
      HTTPTests.fault(in: "GET / HTTP/1.1\r\nContent-Length: \(length)\r\n\r\n")
        == .badContentLength)
  }

  @Test(arguments: ["1\r\ncontent-length: 2", "1, 2", "1,1,01,0"])
  func `two lengths of the body that differ`(length: String) {
    #expect(
      HTTPTests.fault(in: "GET / HTTP/1.1\r\nContent-Length: \(length)\r\n\r\n")
        == .differentLengths)
  }

  @Test(arguments: ["5", "5, 5", "5\r\ncontent-length:05", "9223372036854775807"])
  func `one length of the body, once or more often`(length: String) {
    #expect(HTTPTests.fault(in: "GET / HTTP/1.1\r\nContent-Length: \(length)\r\n\r\n") == nil)
  }
}
