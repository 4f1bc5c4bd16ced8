// SPDX-License-Identifier: Apache-2.0

extension Packet {
  /// What the packet has in a field, by itself or worked out from another.
  public func values(of field: PacketField) -> [FieldValue] {
    guard let (kind, base) = field.derivation else { return fields[field] ?? [] }
    let values = fields[base] ?? []
    return kind == .count ? [.number(UInt64(values.count))] : values.compactMap(kind.value)
  }
}

extension FieldDerivation {
  /// What is worked out from one value; nil when it is none of the right sort.
  fileprivate func value(_ value: FieldValue) -> FieldValue? {
    guard case .text(let text) = value else { return nil }
    return self == .domain ? .text(NameDomain.of(text)) : .number(UInt64(text.utf8.count))
  }
}
