// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Policy

/// Which policies are in force, where they come from, and what came of the last try to change them.
public struct InForce: Sendable {
  /// How the policies in force stand to their files.
  public enum Condition: String, Sendable {
    /// They are what the files were when they were last read.
    case current
    /// The files were changed, and what they are now was refused.
    case refused
    /// The files were refused at the start: the last set that was good is traced by.
    case lastGood = "last-good"
  }

  /// What the set in force is made of; nil for a selection without files.
  public var contents: SetContents?
  /// How it stands to the files.
  public var condition = Condition.current
  /// The start, or the last time that policies were read again.
  public var last: ReloadRecord
  /// When policies were last read that are in force: seconds since the epoch.
  public var lastSuccess: Int64?

  /// Begins with the policies of the start.
  ///
  /// - Parameters:
  ///   - reading: what reading them gave.
  ///   - refusal: what was wrong with the files, when `reading` is of the last good set.
  public init(_ reading: PlanReading, insteadOf refusal: PlanReading? = nil) {
    contents = reading.contents
    condition = refusal == nil ? .current : .lastGood
    last = ReloadRecord(
      by: "the start", verdict: refusal == nil ? .started : .lastGood, generation: 1,
      message: refusal == nil
        ? "started" : "the files were refused at the start; the last good set is in force",
      reading: refusal ?? reading)
    lastSuccess = refusal == nil ? last.time : nil
  }

  /// Takes note of what came of reading policies again.
  mutating func note(_ record: ReloadRecord, _ contents: SetContents?) {
    last = record
    switch record.verdict {
    case .started, .reloaded, .unchanged:
      self.contents = contents
      condition = .current
      lastSuccess = record.time
    case .refused, .failed: if condition == .current { condition = .refused }
    case .lastGood: condition = .lastGood
    }
  }

  /// One line about the policies, as systemd shows it.
  func status(generation: UInt32, policies: Int) -> String {
    let digest = contents.map { ", digest \($0.digest.prefix(12))" } ?? ""
    let set =
      "generation \(generation), \(policies) \(policies == 1 ? "policy" : "policies")\(digest)"
    let fault = last.findings.first.map { ": \($0)" } ?? ""
    switch condition {
    case .current: return set
    case .refused: return "\(set); the last reload was refused\(fault)"
    case .lastGood: return "\(set); THE LAST GOOD SET, for the files were refused\(fault)"
    }
  }
}

/// What came of reading policies: when, for whom, and why not.
public struct ReloadRecord: Sendable {
  /// The outcomes of a reload, by the names that `ctl` prints.
  public enum Verdict: String, Sendable {
    case started
    case lastGood = "last-good"
    case reloaded, unchanged, refused, failed
  }

  /// The time of the reload, in seconds since the epoch.
  public var time = Int64(Glibc.time(nil))
  /// The cause of the reload: a signal, a changed file, or `ctl` with its user id.
  public var by: String
  /// The outcome of the reload.
  public var verdict: Verdict
  /// The generation that was in force after it.
  public var generation: UInt32
  /// The outcome in words, on one line without a full stop.
  public var message: String
  /// The digest of the files that were read.
  public var digest: String?
  /// Everything that was printed about the policies, in whole lines.
  public var remarks: String
  /// The errors, a line each: `file:line:column: error: …`.
  public var findings: [String]

  init(
    by asker: String, verdict: Verdict, generation: UInt32, message: String, reading: PlanReading
  ) {
    by = asker
    self.verdict = verdict
    self.generation = generation
    self.message = message
    digest = reading.contents?.digest
    remarks = reading.remarks
    findings = reading.findings
  }

  /// Whether the files that were read are in force.
  public var isAccepted: Bool {
    switch verdict {
    case .started, .reloaded, .unchanged: true
    case .lastGood, .refused, .failed: false
    }
  }
}
