// SPDX-License-Identifier: Apache-2.0

import CTransfer
import Glibc
import System

/// A connection to a server of HTTP, by libcurl, which has to be loaded.
@safe struct HTTPConnection: ~Copyable {
  private let http: OpaquePointer

  /// Prepares a connection, which the first request makes; nil when there is no memory.
  ///
  /// - Parameters:
  ///   - headers: of each request, each as a line.
  ///   - tls: whom it trusts, and who it is.
  ///   - timeout: how long a request may take, in milliseconds.
  init?(_ url: String, headers: [String], _ tls: TLSOptions, timeout: Int) {
    let texts = unsafe headers.map { unsafe strdup($0) }
    defer { unsafe texts.forEach { unsafe free($0) } }
    let lines = unsafe texts.map { unsafe $0.map { unsafe UnsafePointer($0) } } + [nil]
    let made = unsafe lines.withUnsafeBufferPointer { lines -> OpaquePointer? in
      guard let first = lines.baseAddress else { return nil }
      return unsafe tp_http_new(url, first, tls.authorities, tls.certificate, timeout)
    }
    guard let made = unsafe made else { return nil }
    unsafe http = made
  }

  deinit { unsafe tp_http_free(http) }

  /// Sends a request, and waits until it is over; returns false when the queue gives up what is left.
  func post(_ body: RawSpan, _ queue: OutputQueue) -> Bool {
    unsafe body.withUnsafeBytes { body in
      unsafe tp_http_begin(http, body.baseAddress, body.count)
      while unsafe tp_http_step(http, queue.writerWakeup.descriptor, 1000) == 0 {
        queue.writerWakeup.clear()
        if queue.orders.isAbandoned {
          unsafe tp_http_cancel(http)
          return false
        }
      }
      return true
    }
  }

  /// The status of the answer; 0 when there is none.
  var status: Int { unsafe tp_http_status(http) }

  /// Why there is no answer.
  var error: String { unsafe String(cString: tp_http_error(http)) }

  /// How long the server wants to be left alone; zero when it does not say.
  var retryAfter: Duration { .seconds(unsafe tp_http_retry_after(http)) }

  /// The body of the answer, as far as it is kept.
  var answer: [UInt8] {
    var length = 0
    guard let start = unsafe tp_http_answer(http, &length) else { return [] }
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: length))
  }
}
