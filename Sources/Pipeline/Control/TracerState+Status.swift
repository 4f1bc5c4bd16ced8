// SPDX-License-Identifier: Apache-2.0

import Glibc
import Policy

extension TracerState {
  /// What `ctl status` prints for people.
  func text(_ facts: TracerFacts, _ rate: Rates.Rate) -> String {
    let last = inForce.last
    var text =
      "tracee-policy \(facts.version), pid \(getpid()), since \(Timestamp.text(facts.started))\n"
    text += "generation \(generation): \(readiness)\n"
    if let contents = inForce.contents { text += "digest \(contents.digest)\n" }
    switch inForce.condition {
    case .current: break
    case .refused: text += "THE FILES WERE REFUSED since: what is in force is older than they are\n"
    case .lastGood: text += "THE LAST GOOD SET is in force: the files were refused at the start\n"
    }
    text +=
      "last reading: \(Timestamp.text(last.time)), by \(last.by): \(last.verdict.rawValue): \(last.message)\n"
    text += last.findings.map { "  \($0)\n" }.joined()
    for file in inForce.contents?.files ?? [] {
      let rules = "\(file.rules) \(file.rules == 1 ? "rule" : "rules")"
      text += "file \(Visible.text(file.path)): \(rules), sha256 \(file.sha256)\n"
    }
    text += "packets: \(ledger)\n"
    text +=
      "rate over \(rate.seconds) s: \(rate.packets) packets/s, \(rate.events) events/s; "
      + "ring \(ring.used) of \(ring.size) bytes\n"
    for output in ledger.outputs {
      text +=
        "output \(Visible.text(output.name)): written \(output.written), waiting \(output.waiting), "
        + "lost \(output.lost)\(output.retries > 0 ? ", retries \(output.retries)" : "")\n"
    }
    for hook in hooks where hook.isFallback || hook.used == nil {
      text += "fallback: \(hook.words)\n"
    }
    return text
  }

  /// What `ctl status --format json` prints.
  func json(_ facts: TracerFacts, _ rate: Rates.Rate) -> JSONValue {
    let last = inForce.last
    return [
      "version": .text(facts.version), "pid": .number(Int(getpid())),
      "started": .text(Timestamp.text(facts.started)),
      "generation": .number(Int(generation)),
      "digest": inForce.contents.map { .text($0.digest) } ?? .null,
      "condition": .text(inForce.condition.rawValue),
      "policies": .number(readiness.policies), "rules": .number(readiness.rules),
      "files": .list(
        (inForce.contents?.files ?? []).map { file in
          [
            "path": .text(file.path), "sha256": .text(file.sha256),
            "policies": .list(file.policies.map { .text($0) }), "rules": .number(file.rules),
          ]
        }),
      "lastReload": [
        "time": .text(Timestamp.text(last.time)), "by": .text(last.by),
        "verdict": .text(last.verdict.rawValue), "message": .text(last.message),
        "digest": last.digest.map { .text($0) } ?? .null,
        "findings": .list(last.findings.map { .text($0) }),
      ],
      "lastSuccess": inForce.lastSuccess.map { .text(Timestamp.text($0)) } ?? .null,
      "hardening": .list(facts.hardening.map { .text($0) }),
      "hooks": .list(
        hooks.map { hook in
          [
            "name": .text(hook.name), "used": hook.used.map { .text($0) } ?? .null,
            "fallback": .bool(hook.isFallback),
          ]
        }),
      "ring": [
        "usedBytes": .number(Int(clamping: ring.used)),
        "sizeBytes": .number(Int(clamping: ring.size)),
      ],
      "rates": [
        "seconds": .number(rate.seconds),
        "packetsPerSecond": .number(Int(clamping: rate.packets)),
        "eventsPerSecond": .number(Int(clamping: rate.events)),
      ],
      "losses": [
        "ringFull": .number(Int(clamping: ledger.kernel.ringFull)),
        "outputs": .list(
          ledger.outputs.map { output in
            [
              "output": .text(output.name), "dropped": .number(Int(clamping: output.dropped)),
              "unwritten": .number(Int(clamping: output.unwritten)),
            ]
          }),
      ],
    ]
  }
}
