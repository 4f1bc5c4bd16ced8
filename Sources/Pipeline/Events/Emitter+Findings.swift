// SPDX-License-Identifier: Apache-2.0

import Policy
import System

/// What signatures and their programs find, which are events again.
extension Emitter {
  /// The findings among the events that were emitted.
  var findings: UInt64 { found.count }

  /// Gives what signatures found to the outputs.
  mutating func emitFindings() {
    guard let signatures else { return }
    for taken in signatures.takeFindings() {
      if !isDone, let finding = found.judge(taken) {
        let showings = found.labels.showings(of: finding, outputs)
        signatures.retained.withPacket(finding.event) { packet in
          outputs.append(finding, of: packet, to: showings)
        }
        counts.events += 1
        found.count(finding)
      }
      signatures.retained.release(taken.event)
    }
  }

  /// Takes the names of the signatures whose state went with a plan since the last time.
  mutating func takeDroppedSignatures() -> [String] {
    defer { found.dropped = [] }
    return found.dropped
  }

  /// Notes that time has passed without an event, by the clock of events: what is missing by now is found.
  mutating func advance(to time: UInt64) {
    guard let signatures else { return }
    signatures.advance(to: time)
    if signatures.hasFindings { emitFindings() }
  }

  /// Lets signatures take what they still wait with, because no other event comes.
  ///
  /// - Returns: what there is to say about programs, as sentences.
  @discardableResult
  mutating func finishSignatures() -> [String] {
    guard let signatures else { return [] }
    signatures.finish()
    if signatures.hasFindings { emitFindings() }
    for program in programs { program.finish { takeClaims() } }
    for program in programs { program.stop() }
    return programs.flatMap { $0.takeNotices() }
  }

  /// Writes what waits for programs, takes what they found, and starts those again that have ended.
  ///
  /// - Returns: what there is to say, as sentences.
  mutating func servePrograms() -> [String] {
    var notices: [String] = []
    for program in programs {
      program.serve()
      notices += program.takeNotices()
      if let lost = program.takeEnding() {
        if let gap = signatures?.gap(of: program, lost, at: BootClock.bootTime) {
          outputs.append(gap)
        }
      }
    }
    takeClaims()
    return notices
  }

  private mutating func takeClaims() {
    guard let signatures else { return }
    signatures.takeClaims()
    if signatures.hasFindings { emitFindings() }
  }
}

/// What was found by signatures and emitted.
struct EmittedFindings {
  /// The number of findings.
  private(set) var count: UInt64 = 0
  /// When each signature found something; nil unless that is noted.
  var tally: [EventTally.FindingKey: [UInt64]]?
  /// What previewed policies would change of the findings; nil unless some are previewed.
  private(set) var preview: [PreviewCounts.FindingKey: PreviewCounts.Count]?
  /// The findings that only one of the sets reports, the previewed or that in force.
  private(set) var differing: UInt64 = 0
  /// What outputs show of findings, by the labels of the newest plan.
  var labels = FindingLabels()
  /// The names of signatures whose state went with a plan, until they are taken.
  var dropped: [String] = []

  /// Notes that a plan previews others.
  mutating func notePreview() { preview = preview ?? [:] }

  /// Counts what previewed policies would change of a finding.
  ///
  /// - Returns: the finding of the policies in force; nil when there is none.
  mutating func judge(_ finding: SignatureFinding) -> SignatureFinding? {
    guard preview != nil else { return finding }
    let suffix = TracePlan.previewSuffix
    let inForce = finding.policies.filter { !$0.hasSuffix(suffix) }
    let previewed = finding.policies.filter { $0.hasSuffix(suffix) }.map {
      String($0.dropLast(suffix.count))
    }
    for policy in Set(inForce).union(previewed) {
      let key = PreviewCounts.FindingKey(policy: policy, signature: finding.signature.name)
      var count = preview?[key] ?? PreviewCounts.Count()
      switch (inForce.contains(policy), previewed.contains(policy)) {
      case (true, true): count.same += 1
      case (true, false): count.lost += 1
      case (false, _): count.gained += 1
      }
      if !inForce.contains(policy) || !previewed.contains(policy) { differing += 1 }
      preview?[key] = count
    }
    return inForce.isEmpty ? nil : previewed.isEmpty ? finding : finding.of(inForce)
  }

  /// Counts a finding that was emitted.
  mutating func count(_ finding: SignatureFinding) {
    count += 1
    tally?[.init(signature: finding.signature.name, policies: finding.policies), default: []]
      .append(finding.time)
  }
}
