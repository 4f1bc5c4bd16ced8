// SPDX-License-Identifier: Apache-2.0

/// Heads of HTTP messages.
enum HeadSeeds {
  static let all = texts.map { Array($0.utf8) }

  private static let texts =
    [
      "GET /a%20b?c=d#e HTTP/1.1\r\nHost: example.com:80\r\nUser-Agent: curl/8\r\nX: a\r\nX: b\r\n\r\n",
      "POST http://user@[2001:db8::1]:80/z HTTP/1.0\r\ncontent-length: 5\r\n\r\nhello",
      "CONNECT example.com:443 HTTP/1.1\nHost: example.com\n\n",
      "OPTIONS * HTTP/1.1\r\nHost:\r\n folded\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\nSet-Cookie: a=\"b\"\r\n\r\n0\r\n\r\n",
      "HTTP/1.0 404 \r\nContent-Length: 18446744073709551616\r\n\r\n",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204\r\n\r\nHTTP/1.1 301 Moved\r\nLocation: /\r\n\r\n",
      "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\nA : b\r\n\r\n",
      "GET / HTTP/1.1\r\nA: \0b\r\n\r\n", "GET /\u{e9}\u{80} HTTP/1.1\r\nA: \u{1f600}\r\n\r\n",
      "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      "GET / HTTP/1.1\r\n" + (0..<130).map { "h\($0): \($0)\r\n" }.joined() + "\r\n",
      "GET /" + String(repeating: "a", count: 3_000) + " HTTP/1.1\r\n\r\n",
    ]
    + ["HEAD", "PUT", "DELETE", "TRACE", "PATCH"].map {
      "\($0) /\($0) HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n"
    }
}
