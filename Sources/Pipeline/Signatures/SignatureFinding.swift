import Policy
import System

/// What a signature found, ready to be shown.
struct SignatureFinding {
  /// The signature.
  let signature: Signature
  /// Its number among all in load order.
  let number: Int
  /// The names of the policies that watch for it and whose state was completed, in load order.
  let policies: [String]
  /// The event that completed it, among those that are retained; one holder's share of it goes with the finding.
  let event: UInt32
  /// Its data, in the order of the document.
  let data: [FindingDatum]
  /// Whether the number that met the condition may be smaller than it should be.
  let isApproximate: Bool
  /// Whether events were lost while it was being completed.
  let isIncomplete: Bool
}

/// A member of a finding's data.
struct FindingDatum: Equatable {
  let name: String
  let value: Value

  /// A value, of the types that events have.
  enum Value: Equatable {
    case none
    case flag(UInt64)
    case number(UInt64)
    case signed(Int64)
    case text(String)
    case texts([String])

    /// The type, as the JSON names it.
    var typeName: String {
      switch self {
      case .none: "unknown"
      case .flag: "int"
      case .number: "unsigned long"
      case .signed: "long"
      case .text: "const char *"
      case .texts: "const char**"
      }
    }
  }
}

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
    if case .finding(let name) = place {
      switch data?[name] {
      case nil: return .none
      case .number(let number): return .number(number)
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

  /// The value as a part of a text.
  var text: String {
    switch self {
    case .none: ""
    case .flag(let number), .number(let number): String(number)
    case .signed(let number): String(number)
    case .text(let text): text
    case .texts(let texts): texts.joined(separator: ",")
    }
  }

  /// The value as filters see it; nil when there is none.
  var field: FieldValue? {
    switch self {
    case .none: nil
    case .flag(let number), .number(let number): .number(number)
    case .signed(let number): .signed(number)
    case .text(let text): .text(text)
    case .texts(let texts): .text(texts.joined(separator: ","))
    }
  }
}
