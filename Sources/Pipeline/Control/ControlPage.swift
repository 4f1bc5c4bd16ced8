// SPDX-License-Identifier: Apache-2.0

import Policy

/// What can be asked for at a tracer's sockets.
enum ControlPage: String {
  case status = "/status"
  case statusText = "/status.txt"
  case files = "/files.txt"
  case ledger = "/ledger"
  case ledgerText = "/ledger.txt"
  case metrics = "/metrics"
  case health = "/healthz"
  case reload = "/reload"
  case reloadText = "/reload.txt"
  case stop = "/stop"

  /// Finds a page by its path.
  init?(target: String) { self.init(rawValue: target) }

  /// Whether everybody may ask for it.
  var isPublic: Bool { self == .metrics || self == .health }

  /// Whether asking for it changes something.
  var changes: Bool {
    switch self {
    case .reload, .reloadText, .stop: true
    default: false
    }
  }

  /// What the tracer has to be asked.
  var question: ControlQuestion.Kind {
    switch self {
    case .reload, .reloadText: .reload
    case .stop: .stop
    default: .state
    }
  }

  /// The page about a state.
  func response(
    _ state: TracerState, _ facts: TracerFacts, _ rates: inout Rates
  ) -> ControlResponse {
    var response: ControlResponse
    switch self {
    case .status: response = .json(state.json(facts, rates.next(state, since: facts.started)))
    case .statusText: response = .text(state.text(facts, rates.next(state, since: facts.started)))
    case .files:
      let files = state.inForce.contents?.files ?? []
      response = .text(files.map { "\($0.sha256)  \(Visible.text($0.path))\n" }.joined())
    case .ledger: response = .json(state.ledger.json)
    case .ledgerText: response = .text("\(state.ledger)\n")
    case .metrics:
      response = .text(state.metrics(facts))
      response.type = "text/plain; version=0.0.4; charset=utf-8"
    case .health: response = .text("attached and reading\n")
    case .reload, .reloadText, .stop: response = .unknown
    }
    response.condition = state.inForce.condition
    return response
  }

  /// The page about a reload.
  func response(
    _ record: ReloadRecord, _ digest: String?, _ condition: InForce.Condition
  ) -> ControlResponse {
    let status = record.isAccepted ? "200 OK" : "409 Conflict"
    var response =
      self == .reload
      ? ControlResponse.json(record.json(inForce: digest), status: status)
      : .text(record.remarks + record.line(inForce: digest) + "\n", status: status)
    response.condition = condition
    return response
  }
}

extension ReloadRecord {
  /// One line for people: what is in force now.
  func line(inForce digest: String?) -> String {
    let set = digest.map { ", digest \($0)" } ?? ""
    return "generation \(generation)\(set): \(message)"
  }

  /// The record for programs.
  func json(inForce digest: String?) -> JSONValue {
    [
      "verdict": .text(verdict.rawValue), "generation": .number(Int(generation)),
      "digest": digest.map { .text($0) } ?? .null,
      "digestRead": self.digest.map { .text($0) } ?? .null, "message": .text(message),
      "findings": .list(findings.map { .text($0) }), "remarks": .text(remarks),
    ]
  }
}
