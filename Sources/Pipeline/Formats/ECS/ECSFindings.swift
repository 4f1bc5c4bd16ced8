// SPDX-License-Identifier: Apache-2.0

import Policy
import System

/// Events that are no packets, in the Elastic Common Schema. Source: `docs/event-ecs.md`.
extension ECSWriter {
  /// Writes a finding as one line: what the event that completed it shows, its data, and what is known of the signature.
  func append(
    _ label: EventLabel, of finding: SignatureFinding, _ packet: borrowing DecodedPacket,
    to line: inout LineBuffer
  ) {
    let signature = finding.signature
    appendStart(label, packet.record.time, to: &line)
    if let severity = signature.threat.severity {
      line.append(",\"severity\":")
      line.append(decimal: UInt(severity))
    }
    line.append("}")
    appendLabels(of: label, to: &line)
    append(signature.threat, to: &line)
    append(packet, of: finding.base, label, to: &line)
    append(signature, to: &line)
    line.append(",\"finding\":{\"event\":\"")
    line.append(Array(finding.base.name.utf8))
    line.append("\",\"approximate\":")
    line.append(bool: finding.isApproximate)
    line.append(",\"incomplete\":")
    line.append(bool: finding.isIncomplete)
    line.append(",\"data\":{")
    var comma = Comma()
    for datum in finding.data {
      comma.append(to: &line)
      // A dot would be an object within.
      line.append(jsonText: Array(datum.name.replacing(".", with: "_").utf8))
      line.append(":")
      line.append(jsonText: Array(datum.value.text.utf8))
    }
    line.append("}}}}\n")
  }

  private func append(_ threat: Signature.Threat, to line: inout LineBuffer) {
    guard threat.category != nil || threat.technique != nil || threat.externalID != nil else {
      return
    }
    line.append(",\"threat\":{")
    var comma = Comma()
    if let category = threat.category {
      comma.append(to: &line)
      line.append("\"tactic\":{\"name\":")
      line.append(texts: [category])
      line.append("}")
    }
    if threat.technique != nil || threat.externalID != nil {
      comma.append(to: &line)
      line.append("\"technique\":{")
      var comma = Comma()
      if let id = threat.externalID {
        comma.append(to: &line)
        line.append("\"id\":")
        line.append(texts: [id])
      }
      if let name = threat.technique {
        comma.append(to: &line)
        line.append("\"name\":")
        line.append(texts: [name])
      }
      line.append("}")
    }
    line.append("}")
  }

  private func append(_ signature: Signature, to line: inout LineBuffer) {
    line.append(",\"signature\":{\"id\":")
    line.append(jsonText: Array(signature.id.utf8))
    line.append(",\"name\":")
    line.append(jsonText: Array(signature.title.utf8))
    line.append(",\"version\":")
    line.append(jsonText: Array(signature.version.utf8))
    line.append(",\"description\":")
    line.append(jsonText: Array(signature.description.utf8))
    line.append(",\"tags\":")
    line.append(texts: signature.tags)
    line.append("}")
  }

  /// Writes a gap as one line.
  func append(_ gap: Gap, to line: inout LineBuffer) {
    let label = EventLabel(
      LostEvents.id, policies: gap.policies, argumentCount: LostEvents.arguments.count,
      labels: labels)
    appendStart(label, gap.until, to: &line)
    line.append(",\"start\":\"")
    times.append(clock.epoch(gap.since), to: &line)
    line.append("\",\"end\":\"")
    times.append(clock.epoch(gap.until), to: &line)
    line.append("\"}")
    appendLabels(of: label, to: &line)
    line.append(",\"tracee\":{\"lost\":{\"count\":")
    line.append(decimal: gap.count)
    line.append(",\"reason\":\"")
    line.append(Array(gap.reason.rawValue.utf8))
    line.append("\",\"losses\":")
    line.append(gap.losses)
    line.append("}")
    appendSet(of: label, nil, to: &line)
    line.append("}}\n")
  }
}
