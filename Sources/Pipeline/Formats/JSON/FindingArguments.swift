// SPDX-License-Identifier: Apache-2.0

import Policy

/// Findings of signatures. Source: `docs/event-json.md`.
extension JSONWriter {
  /// Writes a finding as one line: the keys of the event that completed it, its data, and what is known of the signature.
  func append(
    _ label: EventLabel, of finding: SignatureFinding, _ packet: borrowing DecodedPacket,
    to line: inout LineBuffer
  ) {
    let record = packet.record
    envelope.append(
      label, time: record.time, processor: record.processor, systemCall: record.systemCall,
      isCompat: record.isCompat, owner: record.owner, to: &line)
    for datum in finding.data { append(datum, to: &line) }
    if finding.isApproximate { appendTrue("approximate", to: &line) }
    if finding.isIncomplete { appendTrue("incomplete", to: &line) }
    line.append("{\"name\":\"triggeredBy\",\"type\":\"unknown\",\"value\":{\"args\":[")
    appendArguments(of: finding.base, packet, to: &line)
    line.append("],\"id\":")
    line.append(decimal: finding.base.rawValue)
    line.append(",\"name\":\"")
    line.append(Array(finding.base.name.utf8))
    line.append("\",\"returnValue\":0}}],\"metadata\":")
    append(finding.signature, to: &line)
    appendAdditions(
      label, record.time, generation: record.generation, cgroup: record.owner.cgroupID, to: &line)
    line.append("}\n")
  }

  /// Writes what is known of a signature.
  private func append(_ signature: Signature, to line: inout LineBuffer) {
    line.append("{\"Version\":")
    line.append(jsonText: Array(signature.version.utf8))
    line.append(",\"Description\":")
    line.append(jsonText: Array(signature.description.utf8))
    line.append(",\"Tags\":")
    if signature.tags.isEmpty { line.append("null") } else { line.append(texts: signature.tags) }
    line.append(",\"Properties\":{\"Category\":")
    line.append(textOrNull: signature.threat.category)
    line.append(",\"Severity\":")
    if let severity = signature.threat.severity {
      line.append(decimal: UInt(severity))
    } else {
      line.append("null")
    }
    line.append(",\"Technique\":")
    line.append(textOrNull: signature.threat.technique)
    line.append(",\"external_id\":")
    line.append(textOrNull: signature.threat.externalID)
    line.append(",\"id\":")
    line.append(textOrNull: signature.threat.id)
    line.append(",\"signatureID\":")
    line.append(jsonText: Array(signature.id.utf8))
    line.append(",\"signatureName\":")
    line.append(jsonText: Array(signature.title.utf8))
    line.append("}}")
  }

  private func append(_ datum: FindingDatum, to line: inout LineBuffer) {
    line.append("{\"name\":")
    line.append(jsonText: Array(datum.name.utf8))
    line.append(",\"type\":\"")
    line.append(Array(datum.value.typeName.utf8))
    line.append("\",\"value\":")
    switch datum.value {
    case .none: line.append("null")
    case .flag(let number), .number(let number): line.append(decimal: number)
    case .signed(let number): line.append(Array(String(number).utf8))
    case .text(let text): line.append(jsonText: Array(text.utf8))
    case .texts(let texts): line.append(texts: texts)
    case .truth(let isTrue): line.append(bool: isTrue)
    case .decimal(let text): line.append(Array(text.utf8))
    case .json(let json): line.append(json)
    }
    line.append("},")
  }

  private func appendTrue(_ name: StaticString, to line: inout LineBuffer) {
    line.append("{\"name\":\"")
    line.append(name)
    line.append("\",\"type\":\"bool\",\"value\":true},")
  }
}

extension LineBuffer {
  fileprivate mutating func append(textOrNull text: String?) {
    if let text { append(jsonText: Array(text.utf8)) } else { append("null") }
  }

  /// Writes texts as a JSON array.
  mutating func append(texts: [String]) {
    append("[")
    for (index, text) in texts.enumerated() {
      if index > 0 { append(",") }
      append(jsonText: Array(text.utf8))
    }
    append("]")
  }
}
