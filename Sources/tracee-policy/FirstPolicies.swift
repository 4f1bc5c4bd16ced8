import ArgumentParser
import Pipeline
import Policy

/// The policies that tracing begins with: those of the files or, when these are refused, the last good set.
struct FirstPolicies {
  /// What is traced.
  let plan: TracePlan
  /// What reading it gave.
  let reading: PlanReading
  /// What reading the files gave, when they were refused.
  let refusal: PlanReading?

  /// Reads the policies.
  ///
  /// - Throws: the exit code when there is nothing to trace by, after everything that is wrong was printed.
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
      StandardError.say("the last good set of '\(lastGood.path)' is refused as well")
      throw refused
    }
    StandardError.say(
      "the policies were refused: tracing by the last good set, digest \(old.contents?.digest ?? "")"
    )
    self.plan = plan
    self.reading = old
    refusal = reading
  }
}

extension Settings {
  /// Which routes name policies that a plan has not, in whole lines: such an output gets nothing for them.
  func routeRemarks(on plan: TracePlan) -> String {
    outputs.compactMap { $0.fault(in: plan) }
      .map { StandardError.line("warning: \($0); the output gets no event of it") }.joined()
  }
}
