// SPDX-License-Identifier: Apache-2.0

import Policy

extension EventLabel {
  /// Returns the objects `rule` and `event` in the Elastic Common Schema, without the brace that closes the second.
  ///
  /// An event that is not of the catalog is a finding, unless it reports where events are missing.
  static func ecs(_ event: EventID, _ kind: EventKind?, _ policies: [String]) -> [UInt8] {
    var text = LineBuffer(capacity: 256)
    text.append(",\"rule\":{\"name\":")
    text.append(policies: policies)
    text.append("},\"event\":{\"module\":\"tracee\",\"code\":\"")
    text.append(decimal: event.number)
    text.append("\",\"action\":")
    text.append(jsonText: Array(event.name.utf8))
    if let kind {
      text.append(",\"kind\":\"event\",\"dataset\":\"tracee.network\",\"category\":[\"network\"]")
      text.append(",\"type\":[\"")
      text.append(kind == .tcp ? "connection" : kind.contentProtocol == nil ? "info" : "protocol")
      text.append("\"]")
    } else if event == LostEvents.id {
      text.append(",\"kind\":\"pipeline_error\",\"dataset\":\"tracee.lost_events\"")
    } else {
      text.append(",\"kind\":\"alert\",\"dataset\":\"tracee.findings\"")
      text.append(",\"category\":[\"network\",\"intrusion_detection\"],\"type\":[\"info\"]")
    }
    return text.copy
  }
}
