// SPDX-License-Identifier: Apache-2.0

extension Listing {
  /// Returns the list of policies, with their files, scopes and events.
  public static func policies(_ policies: [CheckedPolicy]) -> Listing {
    func events(_ policy: CheckedPolicy) -> [String] {
      EventKind.allCases.filter { event in policy.rules.contains { $0.events.contains(event) } }
        .map(\.name)
        + policy.rules.flatMap(\.signatures).reduce(into: []) { names, name in
          if !names.contains(name) { names.append(name) }
        }
    }
    return Listing(
      columns: ["POLICY", "SCOPE", "RULES", "EVENTS", "FILE"],
      rows: policies.map { policy in
        [
          policy.document.name.text, policy.document.scope.map(\.text).joined(separator: " "),
          String(policy.rules.count), events(policy).joined(separator: ","), policy.document.source,
        ]
      },
      json: .list(
        policies.map { policy in
          [
            "name": .text(policy.document.name.text), "file": .text(policy.document.source),
            "line": .number(policy.document.range.start.line),
            "scope": .list(policy.document.scope.map { .text($0.text) }),
            "rules": .number(policy.rules.count),
            "events": .list(events(policy).map { .text($0) }),
          ]
        }))
  }

  /// Signatures: what they watch, and what a finding of theirs shows.
  public static func signatures(_ signatures: [CheckedSignature]) -> Listing {
    func type(_ signature: CheckedSignature) -> String {
      signature.document.correlation?.type.text ?? "every event"
    }
    func severity(_ signature: CheckedSignature) -> String {
      signature.signature?.threat.severity.map { Signature.Threat.severities[$0] } ?? ""
    }
    func data(_ signature: CheckedSignature) -> [String] {
      signature.document.output.map(\.key.text)
    }
    return Listing(
      columns: ["SIGNATURE", "TYPE", "SEVERITY", "TAGS", "DATA", "FILE"],
      rows: signatures.map { signature in
        [
          signature.document.name.text, type(signature), severity(signature),
          signature.document.tags.map(\.text).joined(separator: ","),
          data(signature).joined(separator: ","), signature.document.source,
        ]
      },
      json: .list(
        signatures.map { signature in
          [
            "name": .text(signature.document.name.text), "file": .text(signature.document.source),
            "line": .number(signature.document.range.start.line),
            "type": .text(type(signature)), "severity": .text(severity(signature)),
            "tags": .list(signature.document.tags.map { .text($0.text) }),
            "data": .list(data(signature).map { .text($0) }),
          ]
        }))
  }
}
