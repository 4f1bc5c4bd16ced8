// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipeline
import Policy

/// The policies that tracing starts with: those of the files or, if these are refused, the last good set.
struct FirstPolicies {
  /// The plan to trace.
  let plan: TracePlan
  /// The reading that gave the plan.
  let reading: PlanReading
  /// The reading of the files, if they were refused.
  let refusal: PlanReading?

  /// Reads the policies.
  ///
  /// - Throws: the exit code if there is nothing to trace, after printing everything that is wrong.
  init(_ settings: Settings) throws(ExitCode) {
    let (own, code) = settings.selection.firstReading()
    StandardError.write(own.remarks, code == nil ? .warning : .error)
    if let plan = own.plan {
      if settings.hasConfiguredOutputs {
        StandardError.write(settings.routeRemarks(on: plan), .warning)
      } else {
        try OutputOptions.check(settings.outputs, against: plan)
      }
      (self.plan, reading) = try Self.previewing(settings, own, plan)
      refusal = nil
      return
    }
    let refused = code ?? .findings
    guard let lastGood = settings.lastGood, let sources = lastGood.sources() else { throw refused }
    let old = settings.selection.reading(of: sources)
    guard let plan = old.plan else {
      StandardError.write(old.remarks, .error)
      StandardError.report("the last good set of '\(lastGood.path)' is refused as well")
      throw refused
    }
    StandardError.report(
      "the policies were refused; tracing with the last good set, digest \(old.contents?.digest ?? "")"
    )
    (self.plan, reading) = try Self.previewing(settings, old, plan)
    refusal = own
  }

  /// Adds the policies to preview to the first ones.
  ///
  /// - Throws: the exit code if they cannot be previewed, after printing why.
  private static func previewing(
    _ settings: Settings, _ own: PlanReading, _ plan: TracePlan
  ) throws(ExitCode) -> (TracePlan, PlanReading) {
    guard let preview = settings.preview else { return (plan, own) }
    let (next, code) = preview.firstReading()
    let reading = own.previewing(next)
    StandardError.write(String(reading.remarks.dropFirst(own.remarks.count)))
    guard let plan = reading.plan else { throw code ?? .findings }
    return (plan, reading)
  }
}

extension PlanReading {
  /// Returns the reading with another one whose policies judge the same packets and give no events.
  ///
  /// It has no plan when one of the two has none, or when both together have too many rules.
  func previewing(_ next: PlanReading) -> PlanReading {
    guard let own = plan else { return self }
    var both = self
    both.remarks += next.remarks
    both.findings += next.findings
    both.lists += next.lists.filter { !lists.contains($0) }
    both.plan = next.plan.flatMap { own.previewing($0) }
    if next.plan != nil, both.plan == nil {
      let fault =
        "the policies and those to preview have more than \(TracePlan.ruleLimit) rules together"
      both.remarks += StandardError.line(fault)
      both.findings.append(fault)
    }
    return both
  }
}

extension Settings {
  /// Returns one warning line for each route that names a policy that is not in the plan; the output gets no events of it.
  func routeRemarks(on plan: TracePlan) -> String {
    OutputOptions.remarks(on: outputs, plan)
  }
}
