// SPDX-License-Identifier: Apache-2.0

import CBPF
public import Policy

/// Whose the packets of a capture are: by flows that somebody wrote down, and by the comments of our own captures.
public struct ReplayOwners: Sendable {
  /// The flows; the first that holds counts.
  public var flows: [FlowOwner]

  /// The owners of frames in their order, by which flows are not asked; empty unless they are known.
  var frames: [OwnerExpression?] = []

  /// Creates the owners of a capture from flows, of which the first that holds counts.
  public init(_ flows: [FlowOwner] = []) { self.flows = flows }

  /// Creates the owners of a capture, one for each frame.
  init(frames: [OwnerExpression?]) {
    flows = []
    self.frames = frames
  }

  /// Whether nothing is known of any owner.
  var isEmpty: Bool { flows.isEmpty && frames.isEmpty }

  /// The owner of a frame, counted from 1, or by the flows; nil when none is known.
  func owner(of headers: PacketHeaders, frame: UInt64) -> OwnerExpression? {
    if let index = Int(exactly: frame), frames.indices.contains(index - 1) {
      return frames[index - 1]
    }
    guard !flows.isEmpty else { return nil }
    let ports = headers.ports
    return flows.first {
      $0.holds(
        from: headers.source, ports?.source, to: headers.destination, ports?.destination)
    }?.owner
  }
}

/// The scopes of a plan for the owners of a capture, worked out once for each owner.
struct ReplayScopes {
  /// An owner, as rules and as records have it; a reference, since a packet without one is to cost nothing.
  final class Known: Sendable {
    /// The rules that have the owner in scope.
    let scope: Row
    /// The number by which records tell owners apart, from 1.
    let number: UInt64
    let owner: Owner
    /// The owner as it is written.
    let expression: OwnerExpression

    init(scope: Row, number: UInt64, owner: Owner, expression: OwnerExpression) {
      self.scope = scope
      self.number = number
      self.owner = owner
      self.expression = expression
    }
  }

  private let rules: [PlanRule]
  private var known: [String: Known] = [:]
  private var followed: [String: Set<Int>] = [:]

  /// The most owners that are kept at a time.
  private static let limit = 1 << 14

  init(_ rules: [PlanRule]) { self.rules = rules }

  /// What is known of an owner.
  ///
  /// Whoever once was in a scope that says `follow` stays in it; a process is known by its number if that is told.
  mutating func known(_ expression: OwnerExpression) -> Known {
    if let known = known[expression.text] { return known }
    if known.count >= Self.limit { known.removeAll(keepingCapacity: true) }
    var owner = expression.owner
    let process = owner.processID == 0 ? expression.text : String(owner.processID)
    for rule in rules where rule.followed != nil {
      if ReferenceMatcher.follows(rule, owner: owner) {
        if followed[process, default: []].insert(rule.policy).inserted {
          // Who was seen before under another name of this process is in the scope now, too.
          known.removeAll(keepingCapacity: true)
        }
      }
    }
    owner.followedPolicies = followed[process] ?? []
    let scope = Row(rules) { rule in
      ReferenceMatcher.matches(rule.scope, owner: owner)
        && ReferenceMatcher.follows(rule, owner: owner)
    }
    let result = Known(
      scope: scope, number: UInt64(known.count + 1), owner: owner, expression: expression)
    known[expression.text] = result
    return result
  }
}
