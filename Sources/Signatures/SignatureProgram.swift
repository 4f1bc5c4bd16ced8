// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A program with signatures: `@main struct Mine: SignatureProgram { static let signatures: … }`.
///
/// The tracer starts it: `tracee-policy --signature PROGRAM`. Its standard input and output are the tracer's; what it
/// prints for people goes to standard error.
public protocol SignatureProgram {
  /// The signatures that it has.
  static var signatures: [any Signature.Type] { get }
}

extension SignatureProgram {
  /// Says which signatures there are, then gives them events until the tracer has no more.
  public static func main() {
    var session = Session(signatures)
    write(Session.hello(signatures))
    var lines = InputLines()
    while let line = lines.next() {
      for answer in session.take(line) { write(answer) }
    }
    for answer in session.finish() { write(answer) }
  }

  /// Writes a line; when nobody reads it, there is nothing more to do.
  private static func write(_ json: JSON) {
    var rest = (json.line + [10])[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(1, $0.baseAddress, $0.count) }
      if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { exit(0) }
    }
  }
}

/// The lines of standard input.
private struct InputLines {
  private var bytes: [UInt8] = []
  private var start = 0
  private var part = [UInt8](repeating: 0, count: 1 << 16)

  mutating func next() -> [UInt8]? {
    var searched = start
    while true {
      if let end = bytes[searched...].firstIndex(of: 10) {
        defer { start = end + 1 }
        return Array(bytes[start..<end])
      }
      bytes.removeFirst(start)
      start = 0
      searched = bytes.count
      let count = read(0, &part, part.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      bytes += part[..<count]
    }
  }
}

/// The instances of a program's signatures, one for each policy, and what they are given.
///
/// It is what ``SignatureProgram`` runs; tests of signatures can use it without a tracer.
public struct Session {
  private struct Key: Hashable {
    var signature: String
    var policy: String
  }

  private let types: [String: any Signature.Type]
  private var instances: [Key: any Signature] = [:]

  /// Creates a session in which nothing was given yet.
  public init(_ signatures: [any Signature.Type]) {
    types = Dictionary(
      signatures.map { ($0.metadata.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The line that a program begins with.
  ///
  /// Source: `docs/signatures.md`.
  public static func hello(_ signatures: [any Signature.Type]) -> JSON {
    ["protocol": 1, "signatures": .list(signatures.map(describe))]
  }

  private static func describe(_ signature: any Signature.Type) -> JSON {
    let metadata = signature.metadata
    var selections: [String: JSON] = [:]
    for (index, selected) in signature.selectedEvents.enumerated() {
      let origin: [String] =
        switch selected.origin {
        case .any: []
        case .container: ["container"]
        case .host: ["not-container"]
        }
      let filters = origin + selected.filters
      var members: [String: JSON] = ["event": .text(selected.event)]
      if !filters.isEmpty { members["filters"] = .list(filters.map { .text($0) }) }
      selections["events-\(index + 1)"] = .object(members)
    }
    var members: [String: JSON] = [
      "name": .text(metadata.name), "version": .text(metadata.version),
      "description": .text(metadata.description), "tags": .list(metadata.tags.map { .text($0) }),
      "selections": .object(selections),
    ]
    if let id = metadata.id { members["id"] = .text(id) }
    if let title = metadata.title { members["title"] = .text(title) }
    if !metadata.threat.isEmpty {
      members["threat"] = .object(metadata.threat.mapValues { .text($0) })
    }
    if !metadata.data.isEmpty {
      members["output"] = .object(metadata.data.mapValues { .text($0.rawValue) })
    }
    return .object(members)
  }

  /// Takes a line of the tracer, and returns the lines that answer it.
  public mutating func take(_ line: [UInt8]) -> [JSON] {
    guard let json = JSON(line) else { return [] }
    if let lost = json["lost"].unsigned {
      for key in instances.keys { instances[key]?.onSignal(.lost(lost)) }
      return []
    }
    guard let number = json["number"].unsigned else { return [] }
    let event = Event(number: number, json: json["event"])
    var answers: [JSON] = []
    for use in json["for"].elements {
      guard let name = use["signature"].text, let policy = use["policy"].text,
        let type = types[name]
      else { continue }
      let key = Key(signature: name, policy: policy)
      var instance = instances[key] ?? type.init()
      for finding in instance.onEvent(event) {
        answers.append([
          "signature": .text(name), "policy": .text(policy),
          "event": .large(finding.event ?? number), "data": .object(finding.data),
        ])
      }
      instances[key] = instance
    }
    return answers
  }

  /// Tells all instances that no event comes any more.
  ///
  /// - Returns: nothing yet; a finding needs an event.
  public mutating func finish() -> [JSON] {
    for key in instances.keys {
      instances[key]?.onSignal(.sourceComplete)
      instances[key]?.close()
    }
    return []
  }
}
