// SPDX-License-Identifier: Apache-2.0

import Glibc
import Policy
import TestSupport

/// Random policies about owners, in the words of the language, from what some owners have and what is near it.
struct RandomScopes {
  private var random: SplitMix
  private let owners: [Owner]

  init(seed: UInt64, owners: [Owner]) {
    random = SplitMix(state: seed)
    self.owners = owners
  }

  /// The expressions of a scope, and of the filters that go on with it.
  mutating func policy() -> (scope: [String], filters: [String]) {
    var scope: [String] = []
    for _ in 0..<random.pick([0, 1, 1, 2, 3]) { scope.append(expression(in: .scope)) }
    var filters: [String] = []
    for _ in 0..<random.pick([0, 0, 1, 2]) { filters.append(expression(in: .rule)) }
    return (scope.isEmpty ? ["global"] : scope, filters)
  }

  private mutating func expression(in place: ScopeKey.Places) -> String {
    if random.chance(0.08) { return random.pick(["container", "not-container"]) }
    let keys = ScopeCatalog.keys.filter { $0.places.contains(place) && $0.field.isSupported }
    let key = random.pick(keys)
    let name = random.pick(key.spellings)
    // `c` and `container` alone are words.
    if key.type.hasOrder, random.chance(0.3) {
      return "\(name)\(random.pick(["<", "<=", ">", ">="]))\(number(key.field))"
    }
    let values = (0..<random.pick([1, 1, 2, 3])).map { _ in value(key) }
    return "\(name)\(random.pick(["=", "=", "!="]))\(values.joined(separator: ","))"
  }

  private mutating func value(_ key: ScopeKey) -> String {
    if !key.words.isEmpty, random.chance(0.4) { return random.pick(key.words) }
    switch key.type {
    case .integer:
      let (first, second) = (number(key.field), number(key.field))
      return random.chance(0.3) ? "\(min(first, second))-\(max(first, second))" : "\(first)"
    case .text, .executable: return pattern(key.field)
    case .path: return path()
    case .containerID:
      let id = text(.containerID) ?? "0a"
      return String(id.prefix(random.pick([1, 2, 12, 63, 64])))
    default: return "\(number(key.field))"
    }
  }

  /// Of a random owner, or beside it.
  private mutating func number(_ field: OwnerField) -> UInt64 {
    let owner = random.pick(owners)
    let numbers = ReferenceMatcher.values(of: field, in: owner).compactMap { value -> UInt64? in
      if case .number(let number) = value { number } else { nil }
    }
    guard let number = numbers.randomElement(using: &random) else { return 0 }
    if random.chance(0.8) { return number }
    let most: UInt64 = field == .cgroupID ? .max - 1 : UInt64(UInt32.max) - 1
    return random.chance(0.5) || number == 0 ? min(number, most) + 1 : number - 1
  }

  private mutating func text(_ field: OwnerField) -> String? {
    let texts = owners.flatMap { ReferenceMatcher.values(of: field, in: $0) }
    return texts.compactMap { value -> String? in
      if case .text(let text) = value { text } else { nil }
    }.randomElement(using: &random)
  }

  private mutating func pattern(_ field: OwnerField) -> String {
    guard let text = text(field) else { return "x" }
    let start = String(text.prefix(Int.random(in: 1...max(1, text.count), using: &random)))
    let namespace =
      field == .executable && random.chance(0.3)
      ? (random.chance(0.5) ? "host:" : "\(number(.mountNamespace)):") : ""
    switch random.pick([0, 0, 0, 1, 1, 2, 3, 4]) {
    case 0: return namespace + text
    case 1: return namespace + start + "*"
    case 2: return namespace + "*" + String(text.suffix(start.count))
    case 3: return namespace + "*" + String(start.suffix(3)) + "*"
    // A symbolic link names what it leads to.
    default: return namespace + (access(start, F_OK) == 0 ? text : start)
    }
  }

  /// A cgroup of an owner, one above it, or one that only looks like it.
  private mutating func path() -> String {
    let path = text(.cgroup) ?? "/"
    let names = path.split(separator: "/")
    if random.chance(0.5) { return path }
    if random.chance(0.2) { return path == "/" ? "/none" : String(path.dropLast()) }
    return "/"
      + names.prefix(Int.random(in: 0...names.count, using: &random)).joined(separator: "/")
  }
}
