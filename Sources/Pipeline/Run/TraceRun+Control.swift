// SPDX-License-Identifier: Apache-2.0

import Policy
import System

extension TraceRun {
  /// Answers questions at some sockets from now on, on a thread of its own.
  public mutating func serve(_ listeners: [Listener], _ facts: TracerFacts) throws(TraceError) {
    self.facts = facts
    guard !listeners.isEmpty else { return }
    let mailbox = generations.mailbox
    do throws(SystemError) {
      let server = try ControlServer(listeners, facts) { mailbox.leave(.asked($0)) }
      let code = server.start()
      guard code == 0 else { throw SystemError("start a thread", code: code) }
      self.server = server
    } catch { throw .kernel(error) }
  }

  /// Says which policies tracing begins with, and keeps them if they are those of the files.
  ///
  /// - Parameter refusal: what was wrong with the files, when `reading` is of the last good set.
  public mutating func begin(_ reading: PlanReading, insteadOf refusal: PlanReading?) {
    inForce = InForce(reading, insteadOf: refusal)
    emitter.show(digest: inForce.contents?.digest ?? "")
    guard refusal == nil, let keep else { return }
    let (sources, generation) = (reading.sources, tracer.generation)
    Threads.start { keep(sources, generation) }
  }

  /// Answers a question, or remembers it until there is an answer.
  mutating func heed(_ question: ControlQuestion) throws(TraceError) {
    switch question.kind {
    case .state: question.answer(.state(try state()))
    case .stop:
      isStopping = true
      question.answer(.stopping)
    case .reload:
      generations.asking.append(question)
      reload(.order)
    }
  }

  /// How the tracer is now.
  func state() throws(TraceError) -> TracerState {
    let (written, read) = tracer.ringPositions
    return TracerState(
      ledger: try ledger(), generation: tracer.generation, inForce: inForce,
      readiness: current, ring: (written - read, ringBytes), hooks: tracer.hooks)
  }

  /// Writes the metrics meanwhile, when they are due.
  mutating func keepMetrics() throws(TraceError) {
    guard metricsFile?.isDue() == true, let facts else { return }
    let text = try state().metrics(facts)
    if let remark = metricsFile?.keep(text) { notice(remark) }
  }

  /// Writes the metrics to ``metricsFile``, if there is one.
  public func writeMetrics() throws(TraceError) {
    guard let metricsFile, let facts else { return }
    let text = try state().metrics(facts)
    do throws(OutputError) { try metricsFile.write(text) } catch { throw .output(error) }
  }

  /// Reports to systemd that tracing goes on, and by what.
  func notifyReady() {
    notifier?.ready(inForce.status(generation: tracer.generation, policies: current.policies))
  }

  /// Takes note of what came of reading policies, answers whoever asked for it, and keeps the set if it is good.
  mutating func conclude(
    _ loading: Generations.Loading, _ outcome: ReloadReport.Outcome, isNews: Bool
  ) {
    let report = ReloadReport(
      outcome: outcome, generation: tracer.generation, remarks: loading.reading.remarks,
      preview: emitter.preview)
    let record = ReloadRecord(
      by: loading.asking.first?.by ?? loading.reason.asker, verdict: outcome.verdict,
      generation: tracer.generation, message: report.summary, reading: loading.reading)
    // Files can differ, as in a comment, and ask for the same.
    if isNews || record.isAccepted { inForce.note(record, loading.reading.contents) }
    emitter.show(digest: inForce.contents?.digest ?? "")
    if isNews || loading.reason == .order { notifyReady() }
    if record.isAccepted, let keep {
      let (sources, generation) = (loading.reading.sources, tracer.generation)
      Threads.start { keep(sources, generation) }
    }
    let digest = inForce.contents?.digest
    for question in loading.asking {
      question.answer(.reloaded(record, digest: digest, inForce.condition))
    }
    if isNews { self.report(report) }
  }
}

extension Generations.Reason {
  /// Who wants policies to be read again without a question.
  fileprivate var asker: String {
    switch self {
    case .order: "SIGHUP"
    case .changes: "--watch"
    }
  }
}

extension ReloadReport.Outcome {
  /// The outcome in a word.
  fileprivate var verdict: ReloadRecord.Verdict {
    switch self {
    case .reloaded: .reloaded
    case .unchanged: .unchanged
    case .refused: .refused
    case .failed: .failed
    }
  }
}
