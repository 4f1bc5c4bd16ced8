// SPDX-License-Identifier: Apache-2.0

import Policy

/// A clause that is asked in user space about each record.
struct UndecidedClause {
  /// As it is written in a policy.
  let text: String
  let kind: EventKind
  /// Whether the record of the event meets it.
  let holds: Bool
  var scope: [Clause<OwnerField>] = []
  var filters: [Clause<PacketField>] = []

  static let all = [
    UndecidedClause(
      "data.proto_dns.questions.name=*.evil.example", .dns, "proto_dns.questions.name",
      .text(.suffix(".evil.example")), holds: false),
    UndecidedClause(
      "data.proto_dns.questions.name=*.example.com", .dns, "proto_dns.questions.name",
      .text(.suffix(".example.com")), holds: true),
    UndecidedClause(
      "data.proto_dns.answers.IP=10.0.0.0/8", .dns, "proto_dns.answers.IP",
      .addresses(IPAddress(ipv4: 10 << 24)...IPAddress(ipv4: 11 << 24 - 1)), holds: false),
    UndecidedClause(
      "data.proto_http.method=POST", .http, "proto_http.method", .text(.exact("POST")),
      holds: false),
    UndecidedClause(
      "data.proto_http.headers.User-Agent=curl/*", .http, "proto_http.headers",
      .member("User-Agent", .prefix("curl/")), holds: true),
    UndecidedClause(
      "data.proto_tcp.window=1-100", .tcp, "proto_tcp.window", .numbers(1...100), holds: false),
    UndecidedClause(
      text: "comm=*wget", kind: .tcp, holds: false,
      scope: [Clause(.comm, Condition(included: [.text(.suffix("wget"))]))]),
    UndecidedClause(
      text: "comm=*curl", kind: .tcp, holds: true,
      scope: [Clause(.comm, Condition(included: [.text(.suffix("curl"))]))]),
  ]
}

extension UndecidedClause {
  private init(
    _ text: String, _ kind: EventKind, _ path: StaticString, _ operand: Operand, holds: Bool
  ) {
    self.init(
      text: text, kind: kind, holds: holds,
      filters: [Clause(PacketField(path), Condition(included: [operand]))])
  }
}
