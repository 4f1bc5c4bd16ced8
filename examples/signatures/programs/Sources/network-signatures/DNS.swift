// SPDX-License-Identifier: Apache-2.0

import Signatures

/// Four answers of a resolver in any order, for each container and for the host; a finding begins anew.
struct DNS: Signature {
  static let metadata = SignatureMetadata(
    name: "DNS", id: "DNS", title: "Network DNS Test", version: "0.1.0",
    description: "Network E2E Tests: DNS", tags: ["e2e", "network"])
  static let selectedEvents = [SelectedEvent("net_packet_dns")]

  private enum Answer { case exchange, server, mailbox, text }
  private var seen: [String: Set<Answer>] = [:]

  mutating func onEvent(_ event: Event) -> [Finding] {
    var found = seen[event.containerID] ?? []
    for answer in event.dns?.answers ?? [] {
      if answer.exchange == "mx.uol.com.br", answer.preference == 10 { found.insert(.exchange) }
      if answer.nameServer == "eliot.uol.com.br" { found.insert(.server) }
      if answer.startMailbox == "root.uol.com.br" { found.insert(.mailbox) }
      if answer.texts.contains(where: { $0.contains("spf.uol.com.br") }) { found.insert(.text) }
    }
    let isComplete = found.count == 4
    seen[event.containerID] = isComplete ? [] : found
    return isComplete ? [Finding()] : []
  }
}
