// SPDX-License-Identifier: Apache-2.0

import CTransfer
import Glibc

extension Destination {
  /// Loads what it needs of the machine, once.
  ///
  /// It has to be done before a tracer closes its doors.
  ///
  /// - Throws: what is missing.
  public func prepare() throws(OutputError) {
    let failure: UnsafePointer<CChar>?
    switch place {
    case .http: unsafe failure = tp_http_load()
    case _ where place.isSecure: unsafe failure = tp_secure_load()
    case .kafka: unsafe failure = tp_kafka_load()
    default: return
    }
    guard let failure = unsafe failure else { return }
    var error = OutputError(operation: .start, place: place, code: ENOENT)
    error.words = unsafe String(cString: failure)
    throw error
  }

  /// What hands over its events; nil where lines are written as they are.
  var sender: EventSender? {
    switch place {
    case .standardOutput, .file, .unix, .tcp: nil
    case .syslog(let receiver): SyslogSender(receiver, place, limit: messageLimit, tls: tls)
    case .journald(let space): JournalSender(space, place)
    case .forward(let endpoint, let isSecure):
      ForwardSender(endpoint, tag: tag, tls: isSecure ? tls : nil, sharedKey: sharedKey)
    case .http(let target): HTTPSender(target, http, tls)
    case .kafka(let topic): KafkaSender(topic, settings: kafkaSettings)
    }
  }
}
