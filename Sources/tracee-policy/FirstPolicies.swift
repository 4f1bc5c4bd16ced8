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
    let (reading, code) = settings.selection.firstReading()
    StandardError.write(reading.remarks, code == nil ? .warning : .error)
    if let plan = reading.plan {
      if settings.hasConfiguredOutputs {
        StandardError.write(settings.routeRemarks(on: plan), .warning)
      } else {
        try OutputOptions.check(settings.outputs, against: plan)
      }
      self.plan = plan
      self.reading = reading
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
    self.plan = plan
    self.reading = old
    refusal = reading
  }
}

extension Settings {
  /// Returns one warning line for each route that names a policy that is not in the plan; the output gets no events of it.
  func routeRemarks(on plan: TracePlan) -> String {
    outputs.compactMap { $0.fault(in: plan) }
      .map { StandardError.line("warning: \($0); the output gets no events of it") }.joined()
  }
}
