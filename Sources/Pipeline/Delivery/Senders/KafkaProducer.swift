// SPDX-License-Identifier: Apache-2.0

import CTransfer
import Glibc
import System

/// What sends messages to a topic, by librdkafka, which has to be loaded.
@safe struct KafkaProducer: ~Copyable {
  private let kafka: OpaquePointer

  /// Why there is none: a setting is wrong.
  struct SettingError: Error { let reason: String }

  /// Creates a producer, which connects by itself.
  ///
  /// - Parameter settings: names and values of librdkafka's settings; the last of those with one name counts.
  init(_ topic: String, settings: [(name: String, value: String)]) throws(SettingError) {
    let texts = unsafe settings.flatMap { unsafe [strdup($0.name), strdup($0.value)] }
    defer { unsafe texts.forEach { unsafe free($0) } }
    let words = unsafe texts.map { unsafe $0.map { unsafe UnsafePointer($0) } } + [nil]
    var reason = [CChar](repeating: 0, count: 512)
    let made = unsafe words.withUnsafeBufferPointer { words -> OpaquePointer? in
      guard let first = words.baseAddress else { return nil }
      return unsafe tp_kafka_new(topic, first, &reason, reason.count)
    }
    guard let made = unsafe made else {
      let words = reason.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
      throw SettingError(reason: String(decoding: words, as: UTF8.self))
    }
    unsafe kafka = made
  }

  deinit { unsafe tp_kafka_free(kafka) }

  /// Sends lines of a chunk, without their ends, and waits until it is known what became of all.
  ///
  /// - Returns: what became of each; nil when the queue gives up what is left.
  func send(
    _ lines: [Int], of chunk: LineChunk, key: String, _ queue: OutputQueue
  ) -> [LineBatch.Fate]? {
    let results = UnsafeMutablePointer<UInt8>.allocate(capacity: lines.count)
    unsafe results.initialize(repeating: 0, count: lines.count)
    unsafe tp_kafka_begin(kafka, results, lines.count)
    defer { unsafe results.deallocate() }
    for (number, line) in lines.enumerated() {
      let range = chunk.range(of: line..<line + 1)
      let text = chunk.lines.bytes.extracting(range.lowerBound..<range.upperBound - 1)
      while append(number, key, text) {
        if wait(queue) == nil { return nil }
      }
    }
    while true {
      guard let left = wait(queue) else { return nil }
      if left == 0 { break }
    }
    return lines.indices.map { index in
      switch unsafe results[index] {
      case 1: .delivered
      case 3: .refused
      default: .later
      }
    }
  }

  /// Adds a message; returns whether there is no room for it.
  private func append(_ number: Int, _ key: String, _ text: RawSpan) -> Bool {
    unsafe text.withUnsafeBytes {
      unsafe tp_kafka_send(kafka, number, key, $0.baseAddress, $0.count) != 0
    }
  }

  /// Waits a little; returns how many messages are under way, or nil when the queue gives up what is left.
  private func wait(_ queue: OutputQueue) -> Int? {
    let left = unsafe tp_kafka_wait(kafka, 100)
    guard queue.orders.isAbandoned else { return left }
    unsafe tp_kafka_abandon(kafka)
    return nil
  }

  /// The last error in words.
  var error: String { unsafe String(cString: tp_kafka_error(kafka)) }
}
