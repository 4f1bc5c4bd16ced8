// SPDX-License-Identifier: Apache-2.0

public import Policy

/// What reading a selection of policies again gave.
public struct PlanReading: Sendable {
  /// What to trace; nil when something is wrong.
  public var plan: TracePlan?
  /// All that is to be said of the policies, in whole lines; empty when there is nothing.
  public var remarks: String
  /// The errors, a line each: `file:line:column: error: …`.
  public var findings: [String]
  /// The files that were read.
  public var sources: [SourceFile]
  /// What the set is made of; nil when that is not known.
  public var contents: SetContents?

  /// Creates the result of reading a selection of policies.
  public init(
    plan: TracePlan?, remarks: String, findings: [String] = [], sources: [SourceFile] = [],
    contents: SetContents? = nil
  ) {
    self.plan = plan
    self.remarks = remarks
    self.findings = findings
    self.sources = sources
    self.contents = contents
  }
}
