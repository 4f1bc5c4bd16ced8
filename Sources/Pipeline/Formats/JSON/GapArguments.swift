// SPDX-License-Identifier: Apache-2.0

import Policy
import System

extension JSONWriter {
  /// Writes a gap as one line: it has the keys of every event, and no owner.
  func append(_ gap: Gap, to line: inout LineBuffer) {
    let label = EventLabel(
      LostEvents.id, policies: gap.policies, argumentCount: LostEvents.arguments.count,
      labels: additional?.labels ?? .none)
    envelope.append(
      label, time: gap.until, processor: 0, systemCall: -1, isCompat: false, owner: .nobody,
      to: &line)
    for (index, argument) in LostEvents.arguments.enumerated() {
      line.append(index == 0 ? "{\"name\":\"" : ",{\"name\":\"")
      line.append(Array(argument.name.utf8))
      line.append("\",\"type\":\"")
      line.append(Array(argument.typeName.utf8))
      line.append("\",\"value\":")
      switch index {
      case 0: line.append(decimal: gap.count)
      case 1: line.append(jsonText: Array(gap.reason.rawValue.utf8))
      case 2: line.append(decimal: envelope.clock.epoch(gap.since))
      case 3: line.append(decimal: envelope.clock.epoch(gap.until))
      default: line.append(gap.losses)
      }
      line.append("}")
    }
    appendEnd(label, gap.until, generation: nil, cgroup: 0, to: &line)
  }
}

extension LineBuffer {
  /// Writes what policies miss as a JSON array.
  mutating func append(_ losses: [Gap.Loss]) {
    append("[")
    for (index, loss) in losses.enumerated() {
      append(index == 0 ? "{\"policies\":" : ",{\"policies\":")
      append(policies: loss.policies)
      append(",\"event\":\"")
      append(Array(loss.event.name.utf8))
      append("\",\"count\":")
      append(decimal: loss.count)
      append("}")
    }
    append("]")
  }
}
