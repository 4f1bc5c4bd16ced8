// SPDX-License-Identifier: Apache-2.0

import Policy

extension ProgramClaim {
  /// The most members of a finding's data.
  static let dataLimit = 64

  /// Reads a line of a program; nil when it is no claim.
  ///
  /// Source: `docs/signatures.md`.
  init?(line: [UInt8]) {
    guard let json = ReadJSON(line), let signature = json["signature"]?.text,
      let policy = json["policy"]?.text, case .number(let number)? = json["event"],
      let event = UInt64(number)
    else { return nil }
    var data: [FindingDatum] = []
    switch json["data"] {
    case nil, .null: break
    case .object(let members):
      for (name, value) in members.prefix(Self.dataLimit)
      where !data.contains(where: { $0.name == name }) {
        guard !["triggeredBy", "approximate", "incomplete"].contains(name) else { return nil }
        data.append(FindingDatum(name: name, value: FindingDatum.Value(value)))
      }
    default: return nil
    }
    self.init(signature: signature, policy: policy, event: event, data: data)
  }
}

extension FindingDatum.Value {
  /// The value of a JSON text.
  init(_ json: ReadJSON) {
    switch json {
    case .null: self = .none
    case .bool(let isTrue): self = .truth(isTrue)
    case .number(let text):
      if let number = UInt64(text) {
        self = .number(number)
      } else if let number = Int64(text) {
        self = .signed(number)
      } else {
        self = .decimal(text)
      }
    case .text(let text): self = .text(text)
    case .list(let elements) where elements.allSatisfy({ $0.text != nil }):
      self = .texts(elements.compactMap(\.text))
    case .list, .object: self = .json(json)
    }
  }
}
