// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import Pipeline
import Policy
import System

/// One run of `apply`, from the first policies to the totals at the end.
struct Tracing {
  private let settings: Settings
  private let filters: FilterMode
  private let duration: Duration?
  private let count: UInt64?

  /// Prepares a run.
  ///
  /// - Parameters:
  ///   - duration: the time after which tracing stops; nil for no limit.
  ///   - count: the number of events after which tracing stops; nil for no limit.
  init(_ settings: Settings, filters: FilterMode, duration: Duration?, count: UInt64?) {
    self.settings = settings
    self.filters = filters
    self.duration = duration
    self.count = count
  }

  /// Traces until a signal, a limit or `ctl stop` ends it.
  ///
  /// - Parameters:
  ///   - programs: the programs of signatures, which have started.
  ///   - clock: converts times of events to time since the epoch.
  func run(
    _ first: FirstPolicies, _ programs: [SignatureProgram], _ clock: BootClock
  ) throws(TraceError) {
    let hidden = HiddenContainers.count()
    // Hardening forbids to open listening sockets later.
    let listeners: [Listener]
    do throws(OutputError) { listeners = try open() } catch { throw .output(error) }
    let notifier = ServiceNotifier()
    if let state = settings.state { mkdir(state, 0o700) }
    do throws(OutputError) {
      for output in settings.outputs { try output.prepare() }
    } catch { throw .output(error) }
    var access = settings.access
    for path in first.reading.lists { access.read(policies: path) }
    let hardening = Hardening.enforce(settings.hardening.measures, access: access)
    let outputs: [Output]
    do throws(OutputError) {
      outputs = try OutputOptions.open(settings.outputs, width: settings.width, clock: clock)
    } catch { throw .output(error) }
    var options = Tracer.Options()
    options.cgroup = settings.cgroup
    options.ringBytes = settings.buffer.map { RingSize.holding($0.bytes) } ?? RingSize.standard
    options.filters = filters
    var run = try TraceRun(
      first.plan, outputs: outputs, programs: programs, eventLimit: count ?? .max, options: options)
    run.notifier = notifier
    run.statsFile = settings.statsFile.map { StatsFile($0, every: settings.statsEvery?.duration) }
    run.metricsFile = settings.metricsFile.map {
      StatsFile($0, every: .seconds(15), option: "--metrics-file")
    }
    run.reader = { [settings] in
      var reading = settings.selection.reading()
      if let plan = reading.plan { reading.remarks += settings.routeRemarks(on: plan) }
      if let preview = settings.preview { reading = reading.previewing(preview.reading()) }
      return reading
    }
    if let lastGood = settings.lastGood {
      run.keep = { sources, generation in
        do throws(OutputError) { try lastGood.keep(sources, generation: generation) } catch {
          StandardError.report("\(error); the last good set was not updated", .warning)
        }
      }
    }
    do throws(SystemError) {
      if settings.isWatching {
        run.watch = try PathWatch(settings.selection.watchedPaths, lists: first.reading.lists)
      }
    } catch { throw .kernel(error) }
    run.report = { report in
      StandardError.write(report.remarks, report.isAccepted ? .warning : .error)
      StandardError.report(report.description, report.isAccepted ? .notice : .error)
      Self.report(report.preview)
    }
    run.reportLedger = { ledger in
      StandardError.report("so far: \(ledger)", .information)
      Self.report(ledger.preview)
    }
    let version = TraceePolicy.configuration.version
    try run.serve(listeners, TracerFacts(version: version, hardening: hardening))
    run.begin(first.reading, insteadOf: first.refusal)
    // A file that cannot be written is reported now, not after hours.
    try run.writeStats()
    try run.writeMetrics()
    reportReady(run, options, hardening, hidden)
    if let remark = HiddenContainers.remark(hidden) {
      let asks = first.plan.filtersOnContainers ? "; policies filter on containers" : ""
      StandardError.report("note: \(remark)\(asks)", .notice)
    }
    run.notice = { StandardError.report($0, .warning) }
    // The totals up to an error are printed before the error.
    var failure: TraceError?
    do throws(TraceError) { try run.run(for: duration) } catch { failure = error }
    report(try run.ledger())
    if let failure { throw failure }
  }

  /// Opens the sockets for control and metrics.
  private func open() throws(OutputError) -> [Listener] {
    var listeners: [Listener] = []
    if let control = settings.control {
      listeners.append(try Listener(.path(control), for: .owner, option: "--control"))
    }
    if let metrics = settings.metrics {
      listeners.append(try Listener(metrics, for: .everybody, option: "--metrics"))
    }
    return listeners
  }

  private func reportReady(
    _ run: borrowing TraceRun, _ options: Tracer.Options, _ hardening: Hardening, _ hidden: Int
  ) {
    let ready = "\(run.readiness), buffer \(ByteSize(bytes: options.ringBytes).description)"
    let looksLikeHost = hidden > 0 ? "; containers that look like the host: \(hidden)" : ""
    let fallbacks = run.fallbacks.map(\.words).joined(separator: ", ")
    let instead = fallbacks.isEmpty ? "" : "; fallbacks: \(fallbacks)"
    StandardError.report("ready: \(ready); \(hardening)\(instead)\(looksLikeHost)", .information)
  }

  private static func report(_ preview: PreviewCounts?) {
    for line in preview?.lines ?? [] { StandardError.report(line, .notice) }
  }

  private func report(_ ledger: Ledger) {
    StandardError.report("done: \(ledger)", .information)
    Self.report(ledger.preview)
    let unknown = ledger.kernel.processesFull
    if unknown > 0 {
      StandardError.report(
        "ring full: \(unknown) process changes lost; tree, follow and new may be incomplete",
        .warning)
    }
    if ledger.kernel.processesRefused > 0 {
      StandardError.report(
        "table full: \(ledger.kernel.processesRefused) processes; tree and follow may be incomplete",
        .warning)
    }
    if ledger.kernel.cgroupsUnknown > 0 {
      StandardError.report(
        "table full: \(ledger.kernel.cgroupsUnknown) cgroups without known path and container",
        .warning)
    }
    for line in ledger.programLines { StandardError.report(line, .warning) }
    for rule in ledger.rules where rule.ringFull > 0 {
      StandardError.report(
        "ring full: \(rule.ringFull) packets lost for policy '\(rule.key.policy)', "
          + rule.key.event.name, .warning)
    }
  }
}
