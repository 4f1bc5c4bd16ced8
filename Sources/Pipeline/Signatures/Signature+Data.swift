// SPDX-License-Identifier: Apache-2.0

import Policy
import System

extension Signature {
  /// The data of a finding.
  ///
  /// - Parameters:
  ///   - selection: the selection whose event completed it.
  ///   - count: the number that met the condition.
  ///   - data: the data of the finding that this event is.
  func data(
    of packet: borrowing DecodedPacket, selection: Int, count: UInt64, _ clock: BootClock,
    _ lender: inout FieldLender, data: [String: FieldValue]?
  ) -> [FindingDatum] {
    var result: [FindingDatum] = []
    for output in output {
      var (texts, only): ([String], FindingDatum.Value?) = ([], nil)
      for part in output.parts {
        let value: FindingDatum.Value
        switch part {
        case .text(let text): value = .text(text)
        case .count: value = .number(count)
        case .declared: value = .none
        case .value(let places):
          value = Self.value(places[selection], of: packet, clock, &lender, data)
        }
        only = value
        texts.append(value.text)
      }
      let value = output.parts.count == 1 ? only ?? .none : .text(texts.joined())
      result.append(FindingDatum(name: output.name, value: value))
    }
    return result
  }

  private static func value(
    _ place: EventValue?, of packet: borrowing DecodedPacket, _ clock: BootClock,
    _ lender: inout FieldLender, _ data: [String: FieldValue]?
  ) -> FindingDatum.Value {
    guard let place else { return .none }
    if case .finding(let name, let type) = place {
      switch data?[name] {
      case nil: return .none
      case .number(let number): return shown(number, type)
      case .address(let address): return .text(address.description)
      case .text(let text), .member(_, let text): return .text(text)
      }
    }
    let type = place.type
    var values: [FindingDatum.Value] = []
    ValueSource(place).forEachValue(of: packet, &lender, clock) { value in
      guard values.count < MemberRecipe.valueLimit else { return }
      switch value {
      case .number(let number): values.append(shown(number, type))
      case .address(let address): values.append(.text(address.description))
      case .text(let text), .name(let text), .member(_, let text):
        values.append(.text(text.repairedText))
      }
    }
    let isList = if case .packet(let field) = place { field.description.isList } else { false }
    if isList, values.count > 1 || values.first?.isText == true {
      return .texts(values.map(\.text))
    }
    return values.first ?? .none
  }

  private static func shown(_ number: UInt64, _ type: FieldType) -> FindingDatum.Value {
    switch type {
    case .flag: .flag(number)
    case .signedInteger: .signed(Int64(bitPattern: number ^ (1 << 63)))
    case .enumeration(let enumeration): .text(enumeration.name(of: number) ?? String(number))
    default: .number(number)
    }
  }
}

extension FindingDatum.Value {
  fileprivate var isText: Bool { if case .text = self { true } else { false } }
}

extension Signature {
  /// The data of a finding as filters and keys see it, by name.
  func fields(_ data: [FindingDatum]) -> [String: FieldValue] {
    var fields: [String: FieldValue] = [:]
    for (output, datum) in zip(output, data) {
      fields[datum.name] = datum.value.field(type(of: output))
    }
    return fields
  }
}

extension FindingDatum.Value {
  /// The value as filters on a type see it; nil when there is none.
  fileprivate func field(_ type: FieldType) -> FieldValue? {
    switch (self, type) {
    case (.none, _): nil
    case (.flag(let number), _), (.number(let number), _): .number(number)
    case (.signed(let number), _): .signed(number)
    case (.text(let text), .address): IPAddress(text).map { .address($0) } ?? .text(text)
    case (.text(let text), .name): .text(text.smallLetters)
    case (.text(let text), .enumeration(let enumeration)):
      (enumeration.symbols.first { $0.name == text }?.numbers.first?.lowerBound ?? UInt64(text))
        .map { .number($0) }
    case (.text(let text), _): .text(text)
    case (.truth(let isTrue), _): .number(isTrue ? 1 : 0)
    case (.decimal(let text), _): .text(text)
    case (.json, _): .text(self.text)
    case (.texts(let texts), .name): .text(texts.joined(separator: ",").smallLetters)
    case (.texts(let texts), _): .text(texts.joined(separator: ","))
    }
  }
}
