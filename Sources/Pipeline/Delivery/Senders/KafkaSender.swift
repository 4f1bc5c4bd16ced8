// SPDX-License-Identifier: Apache-2.0

import Glibc
import System

/// Sends each event as a message to a topic of Kafka, with the host's name as its key, and waits until all replicas that are in step
/// have it.
final class KafkaSender: EventSender {
  private let topic: KafkaTopic
  private let settings: String?
  private let patience: Int
  private let key = String(decoding: HostName.current, as: UTF8.self)
  private var place: OutputPlace { .kafka(topic) }
  private var producer: KafkaProducer?
  private var batch = LineBatch()
  private var refusal = ""

  /// Creates a sender; librdkafka has to be loaded.
  ///
  /// - Parameters:
  ///   - settings: a file with further settings of librdkafka, `NAME=VALUE` on each line; nil for none.
  ///   - patience: how long a message may be under way, in milliseconds.
  init(_ topic: KafkaTopic, settings: String?, patience: Int = 10_000) {
    self.topic = topic
    self.settings = settings
    self.patience = patience
  }

  override func disconnect() { producer = nil }

  override func send(_ chunk: LineChunk, from line: Int, _ queue: OutputQueue) -> Outcome {
    batch.begin(chunk, from: line)
    do throws(OutputError) {
      try open()
      guard let fates = producer?.send(batch.pending, of: chunk, key: key, queue) else {
        return .interrupted
      }
      return try judge(fates)
    } catch {
      // The order of what it still had is not known.
      disconnect()
      return .failed(error)
    }
  }

  private func open() throws(OutputError) {
    guard producer == nil else { return }
    let further = try SettingsFile.lines(of: settings, for: place).compactMap { line in
      line.firstIndex(of: "=").map { equals in
        (name: String(line[..<equals]), value: String(line[line.index(after: equals)...]))
      }
    }
    let usual = [
      ("bootstrap.servers", topic.servers), ("client.id", "tracee-policy"),
      ("enable.idempotence", "true"), ("linger.ms", "5"), ("message.timeout.ms", "\(patience)"),
      ("queue.buffering.max.kbytes", "16384"), ("socket.keepalive.enable", "true"),
    ]
    do throws(KafkaProducer.SettingError) {
      producer = try KafkaProducer(topic.name, settings: usual + further)
    } catch { throw failure(error.reason) }
  }

  private func judge(_ fates: [LineBatch.Fate]) throws(OutputError) -> Outcome {
    if fates.contains(.refused) { refusal = producer?.error ?? "" }
    guard batch.settle(fates) == 0 else { throw failure(producer?.error ?? "") }
    return batch.outcome(refusal)
  }

  private func failure(_ words: String) -> OutputError {
    var error = OutputError(operation: .write, place: place, code: EPROTO)
    error.words = words.isEmpty ? "no broker answers" : words
    return error
  }
}
