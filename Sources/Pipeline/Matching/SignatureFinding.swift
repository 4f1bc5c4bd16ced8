// SPDX-License-Identifier: Apache-2.0

import Policy

/// What a signature found, ready to be shown.
final class SignatureFinding: Sendable {
  /// The signature.
  let signature: Signature
  /// Its number among all in load order.
  let number: Int
  /// The names of the policies that watch for it and whose state was completed, in load order.
  let policies: [String]
  /// What the event is that completed it.
  let base: EventKind
  /// The place of that event among those that are retained; one holder's share of it goes with the finding.
  let event: UInt32
  /// When it was found by the clock of events, in ns since the epoch.
  let time: UInt64
  /// Its data, in the order of the document.
  let data: [FindingDatum]
  /// Whether the number that met the condition may be smaller than it should be.
  let isApproximate: Bool
  /// Whether events were lost while it was being completed.
  let isIncomplete: Bool

  init(
    _ signature: Signature, number: Int, policies: [String], base: EventKind, event: UInt32,
    time: UInt64, data: [FindingDatum], isApproximate: Bool, isIncomplete: Bool
  ) {
    self.signature = signature
    self.number = number
    self.policies = policies
    self.base = base
    self.event = event
    self.time = time
    self.data = data
    self.isApproximate = isApproximate
    self.isIncomplete = isIncomplete
  }

  /// The finding as some of its policies have it.
  func of(_ policies: [String]) -> SignatureFinding {
    SignatureFinding(
      signature, number: number, policies: policies, base: base, event: event, time: time,
      data: data, isApproximate: isApproximate, isIncomplete: isIncomplete)
  }

  /// The identity of its event.
  var id: EventID { signature.eventID(number) }

  /// The elements of `args`.
  var argumentCount: Int { data.count + (isApproximate ? 1 : 0) + (isIncomplete ? 1 : 0) + 1 }
}

/// A member of a finding's data.
struct FindingDatum: Equatable, Sendable {
  let name: String
  let value: Value

  /// A value, of the types that events have.
  enum Value: Equatable, Sendable {
    case none
    case flag(UInt64)
    case number(UInt64)
    case signed(Int64)
    case text(String)
    case texts([String])
    case truth(Bool)
    /// A number that is no integer, or a very large one, as JSON has it.
    case decimal(String)
    /// A value with parts.
    case json(ReadJSON)

    /// The type, as the JSON names it.
    var typeName: String {
      switch self {
      case .none: "unknown"
      case .flag: "int"
      case .number: "unsigned long"
      case .signed: "long"
      case .text: "const char *"
      case .texts: "const char**"
      case .truth: "bool"
      case .decimal: "float64"
      case .json: "unknown"
      }
    }
  }
}

extension FindingDatum.Value {
  /// The value as a part of a text.
  var text: String {
    switch self {
    case .none: ""
    case .flag(let number), .number(let number): String(number)
    case .signed(let number): String(number)
    case .text(let text): text
    case .texts(let texts): texts.joined(separator: ",")
    case .truth(let isTrue): String(isTrue)
    case .decimal(let text): text
    case .json(let json):
      String(decoding: LineBuffer.copy { $0.append(json) }, as: UTF8.self)
    }
  }
}

extension Signature {
  /// The number of the first signature's event.
  static let firstEventNumber: UInt32 = 6000

  /// The identity of its findings, by its number among all in load order.
  func eventID(_ number: Int) -> EventID {
    EventID(number: Self.firstEventNumber + UInt32(number), name: name)
  }
}
