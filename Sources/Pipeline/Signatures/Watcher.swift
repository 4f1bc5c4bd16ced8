// SPDX-License-Identifier: Apache-2.0

import Policy

/// A policy that watches for a signature, with the state that it has for it.
///
/// It outlives the plan that made it: the next plan in which the same policy watches for the same signature takes it over.
final class Watcher {
  let signature: Signature
  let machine: Machine
  /// The name of the policy.
  let policy: String
  /// Whether its policy is only previewed.
  let isPreviewed: Bool
  /// Its place among the policies.
  private(set) var policyNumber = 0
  /// The number of the signature among all in load order.
  private(set) var number = 0
  /// Whether its findings are events of the policy.
  private(set) var isShown = false
  /// Conditions on the data of findings that are shown.
  private(set) var filters: [Clause<String>] = []
  /// Who takes its findings.
  private(set) var feeds: [Feed] = []
  /// The program that finds; nil when the machine does.
  let program: ProgramFeed?
  /// What the program found.
  var claims: UInt64 = 0
  /// Findings that a filter refused.
  var rejected: UInt64 = 0

  /// A selection of another signature that takes findings.
  struct Feed {
    var recipes: [MemberRecipe]
    var filters: [Clause<String>]
  }

  init(_ signature: Signature, policy: String, program: ProgramFeed? = nil) {
    self.signature = signature
    self.policy = policy
    isPreviewed = policy.hasSuffix(TracePlan.previewSuffix)
    self.program = program
    machine = Machine(signature.correlation)
  }

  /// Takes what a plan says of it.
  func adopt(_ use: SignatureUse, feeds: [Feed]) {
    policyNumber = use.policy
    number = use.signature
    isShown = use.isShown
    filters = use.filters
    self.feeds = feeds
  }

  /// The selection that a member of the correlation takes.
  func selection(of member: Int32) -> Int {
    signature.correlation?.members[Int(member)].selection ?? Int(member)
  }

  /// What became of its events.
  var account: SignatureAccount {
    var account = SignatureAccount(policy: policy, signature: signature.name)
    account.findings = machine.findings + claims
    account.suppressed = machine.suppressed
    account.rejected = rejected
    account.withoutKey = machine.withoutKey
    account.forgotten = machine.forgotten
    account.keys = machine.keys
    return account
  }
}
