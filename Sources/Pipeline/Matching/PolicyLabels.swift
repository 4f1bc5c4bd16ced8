// SPDX-License-Identifier: Apache-2.0

import Policy

/// The labels and annotations of the policies of a plan, as events show them.
struct PolicyLabels: Equatable, Sendable {
  private var byPolicy: [String: [String: String]] = [:]
  private var annotations: [String: [String: String]] = [:]

  /// No labels.
  static let none = PolicyLabels()

  /// Creates the labels of a plan's policies.
  init(_ plan: TracePlan) {
    byPolicy = plan.labels
    annotations = plan.annotations
  }

  private init() {}

  /// Returns the labels of some policies as a JSON object with an object for each policy that has labels.
  func json(of policies: [String]) -> [UInt8] { Self.json(of: policies, byPolicy) }

  /// Returns the annotations of some policies as a JSON object with an object for each policy that has annotations.
  func annotationsJSON(of policies: [String]) -> [UInt8] { Self.json(of: policies, annotations) }

  /// Returns the same with underscores instead of dots in names of policies and in keys, as in ``merged(of:)``.
  func mergedAnnotations(of policies: [String]) -> [UInt8] {
    Self.json(of: policies, annotations) { $0.replacing(".", with: "_") }
  }

  private static func json(
    of policies: [String], _ byPolicy: [String: [String: String]],
    name: (String) -> String = { $0 }
  ) -> [UInt8] {
    var text = LineBuffer(capacity: 64)
    text.append("{")
    for policy in policies {
      guard let texts = byPolicy[policy], !texts.isEmpty else { continue }
      text.append(text.count == 1 ? "" : ",")
      text.append(jsonText: Array(name(policy).utf8))
      for (index, label) in texts.sorted(by: { $0.key < $1.key }).enumerated() {
        text.append(index == 0 ? ":{" : ",")
        text.append(jsonText: Array(name(label.key).utf8))
        text.append(":")
        text.append(jsonText: Array(label.value.utf8))
      }
      text.append("}")
    }
    text.append("}")
    return text.copy
  }

  /// Returns the labels of some policies as one JSON object, in which each key has the list of its different values.
  ///
  /// Dots in keys become underscores, since stores that take the Elastic Common Schema read them as nested objects.
  func merged(of policies: [String]) -> [UInt8] {
    var values: [String: [String]] = [:]
    for label in policies.flatMap({ byPolicy[$0]?.sorted { $0.key < $1.key } ?? [] }) {
      let key = label.key.replacing(".", with: "_")
      if values[key]?.contains(label.value) != true { values[key, default: []].append(label.value) }
    }
    var text = LineBuffer(capacity: 64)
    text.append("{")
    for (index, label) in values.sorted(by: { $0.key < $1.key }).enumerated() {
      if index > 0 { text.append(",") }
      text.append(jsonText: Array(label.key.utf8))
      text.append(":")
      text.append(policies: label.value)
    }
    text.append("}")
    return text.copy
  }
}

/// What events can show of the set of policies that they were judged by.
struct ShownSet {
  /// The generation of its plan.
  var generation: UInt32
  /// The SHA-256 of its files in 64 hexadecimal digits; empty as long as it is not known.
  var digest: String
  /// The labels and annotations of its policies.
  var labels: PolicyLabels
}

/// The sets of policies whose events may still come, the newest last.
struct ShownSets {
  private var sets: [(generation: UInt32, digest: [UInt8])] = []
  /// The labels of the newest set.
  private(set) var labels = PolicyLabels.none

  /// The most that are kept: more plans than the kernel side has places for.
  private static let limit = 8

  /// Takes a set in place of the one of its generation, if there is any.
  mutating func take(_ set: ShownSet) {
    labels = set.labels
    sets.removeAll { $0.generation == set.generation }
    if sets.count == Self.limit { sets.removeFirst() }
    sets.append((set.generation, Array(set.digest.utf8)))
  }

  /// Writes the digest of a generation's set without quotes; of the newest for nil, nothing for an unknown one.
  func append(digestOf generation: UInt32?, to line: inout LineBuffer) {
    var index = sets.count
    while index > 0 {
      index -= 1
      if let generation, sets[index].generation != generation { continue }
      line.append(sets[index].digest)
      return
    }
  }
}
