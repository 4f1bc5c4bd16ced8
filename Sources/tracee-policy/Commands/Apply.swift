import ArgumentParser
import Glibc
import Pipeline
import Policy
import System

struct Apply: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trace network events until interrupted.",
    discussion: """
      Without a selection, traces the events of the set `default`. Needs root, or CAP_BPF, \
      CAP_PERFMON and CAP_NET_ADMIN. SIGHUP reloads the policies; SIGUSR1 prints the current totals.
      """)

  @OptionGroup var selection: SelectionOptions

  @OptionGroup var output: OutputOptions

  @Option(name: .customLong("for"), help: "Stop after this duration: 500ms, 10s, 2m, 1h.")
  var duration: TraceDuration?

  @Option(help: "Stop after this many events.")
  var count: UInt64?

  @Option(
    help: ArgumentHelp(
      "Write the packet and event totals to this file as JSON on exit.",
      discussion:
        "See docs/operations.md and tracee-policy schema stats for what each number means."),
    completion: .file())
  var statsFile: String?

  @Option(help: "Also write the --stats-file at this interval: 500ms, 10s, 2m, 1h.")
  var statsEvery: TraceDuration?

  @Option(
    help: ArgumentHelp(
      "The size of the ring buffer between kernel and tracer, rounded up to a power of two: 64K, 32M, 1G.",
      discussion: "Default: 16M per CPU, at least 4M, and at most 256M and 1/64 of the memory."))
  var buffer: ByteSize?

  @Option(help: "Attach to the cgroup of this directory instead of the root of the v2 tree.")
  var cgroup: String?

  @Option(
    help: ArgumentHelp(
      "Where filters are decided: in the kernel if possible, or all in user-space.",
      discussion: "The events are the same; user-space is slow and meant for comparison."))
  var filters = FilterMode.kernel

  @Option(
    help: ArgumentHelp(
      "Restrict the tracer itself: all, none, or a comma list of measures.",
      discussion:
        "Measures: capabilities, no-new-privileges, landlock, seccomp. See docs/operations.md."))
  var hardening = HardeningArgument.all

  @Flag(help: "Reload the policies when their files change.")
  var watch = false

  @Option(
    help: ArgumentHelp(
      "Count what these policies would report that those in force do not, and the other way round.",
      discussion:
        "Only the policies in force give events; the counts come at each reload, on SIGUSR1 and at the end."
    ),
    completion: .file())
  var preview: String?

  func validate() throws {
    if preview == "-" { throw ValidationError("--preview takes a file or a directory") }
    if watch && (selection.paths + selection.policies).isEmpty {
      throw ValidationError("--watch needs policy files")
    }
    if statsEvery != nil && statsFile == nil {
      throw ValidationError("--stats-every needs --stats-file")
    }
  }

  func run() throws {
    let selection = Selection(selection)
    let own = try selection.plan()
    try output.check(against: own)
    let next = preview.map { Selection(path: $0) }
    let plan = try next.map { try previewing($0.plan(), besides: own) } ?? own
    try checkMachine()
    do throws(TraceError) {
      try trace(plan, selection, previewing: next)
    } catch {
      StandardError.report(error.description)
      throw ExitCode.worldRefused
    }
  }

  private func previewing(_ next: TracePlan, besides own: TracePlan) throws(ExitCode) -> TracePlan {
    guard let plan = own.previewing(next) else {
      StandardError.report(Self.tooManyRules)
      throw .findings
    }
    return plan
  }

  private static let tooManyRules =
    "the policies and those to preview have more than \(TracePlan.ruleLimit) rules together"

  /// Checks the machine.
  ///
  /// Prints each missing privilege or, if there is none, the first other missing requirement.
  ///
  /// - Throws: exit code 2 if anything is missing.
  private func checkMachine() throws(ExitCode) {
    var refusals: [SystemError] = []
    for capability in Capability.needed {
      do throws(SystemError) { try Requirement.capability(capability).check() } catch {
        refusals.append(error)
      }
    }
    for requirement in Requirement.beforeLoading where refusals.isEmpty {
      do throws(SystemError) { try requirement.check(cgroup: cgroup) } catch {
        refusals.append(error)
      }
    }
    for refusal in refusals { StandardError.report(refusal.description) }
    if !refusals.isEmpty { throw .worldRefused }
  }

  /// Restricts this process to what tracing needs, by the chosen measures that the kernel supports.
  private func harden(_ selection: Selection, _ next: Selection?) -> Hardening {
    var access = FileAccess()
    if let cgroup { access.read(cgroup: cgroup) }
    for path in selection.paths + (next?.paths ?? []) { access.read(policies: path) }
    for path in output.outputs.compactMap(\.path) { access.write(path) }
    if let statsFile { access.write(statsFile) }
    return Hardening.enforce(hardening.measures, access: access)
  }

  private func trace(
    _ plan: TracePlan, _ selection: Selection, previewing next: Selection?
  ) throws(TraceError) {
    let hidden = HiddenContainers.count()
    let hardening = harden(selection, next)
    let outputs: [Output]
    do throws(OutputError) { outputs = try output.open(clock: .now()) } catch {
      throw .output(error)
    }
    var options = Tracer.Options()
    options.cgroup = cgroup
    options.ringBytes = buffer.map { RingSize.holding($0.bytes) } ?? RingSize.standard
    options.filters = filters
    var run = try TraceRun(plan, outputs: outputs, eventLimit: count ?? .max, options: options)
    run.statsFile = statsFile.map { StatsFile($0, every: statsEvery?.duration) }
    let routes = output.outputs
    run.reader = {
      var reading = selection.reading()
      for fault in routes.compactMap({ route in reading.plan.flatMap(route.fault) }) {
        reading.plan = nil
        reading.remarks += StandardError.line(fault)
      }
      if let own = reading.plan, let next {
        let other = next.reading()
        reading.remarks += other.remarks
        reading.plan = other.plan.flatMap { own.previewing($0) }
        if other.plan != nil, reading.plan == nil {
          reading.remarks += StandardError.line(Self.tooManyRules)
        }
      }
      return reading
    }
    do throws(SystemError) {
      if watch { run.watch = try PathWatch(selection.paths) }
    } catch { throw .kernel(error) }
    run.report = { report in
      StandardError.write(report.remarks)
      StandardError.report(report.description)
      for line in report.preview?.lines ?? [] { StandardError.report(line) }
    }
    run.reportLedger = { ledger in
      StandardError.report("so far: \(ledger)")
      for line in ledger.preview?.lines ?? [] { StandardError.report(line) }
    }
    // A file that cannot be written is reported now, not after hours.
    try run.writeStats()
    let ready = "\(run.readiness), buffer \(ByteSize(bytes: options.ringBytes).description)"
    let looksLikeHost = hidden > 0 ? "; containers that look like the host: \(hidden)" : ""
    let fallbacks = run.fallbacks.map(\.words).joined(separator: ", ")
    let instead = fallbacks.isEmpty ? "" : "; fallbacks: \(fallbacks)"
    StandardError.report("ready: \(ready); \(hardening)\(instead)\(looksLikeHost)")
    if let remark = HiddenContainers.remark(hidden) {
      let asks = plan.filtersOnContainers ? "; policies filter on containers" : ""
      StandardError.report("note: \(remark)\(asks)")
    }
    run.notice = { StandardError.report($0) }
    // The totals up to an error are printed before the error.
    var failure: TraceError?
    do throws(TraceError) { try run.run(for: duration?.duration) } catch { failure = error }
    report(try run.ledger())
    if let failure { throw failure }
  }

  private func report(_ ledger: Ledger) {
    StandardError.report("done: \(ledger)")
    for line in ledger.preview?.lines ?? [] { StandardError.report(line) }
    let unknown = ledger.kernel.processesFull
    if unknown > 0 {
      StandardError.report(
        "ring full: \(unknown) process changes lost; tree, follow and new may be incomplete")
    }
    if ledger.kernel.processesRefused > 0 {
      StandardError.report(
        "table full: \(ledger.kernel.processesRefused) processes; tree and follow may be incomplete"
      )
    }
    if ledger.kernel.cgroupsUnknown > 0 {
      StandardError.report(
        "table full: \(ledger.kernel.cgroupsUnknown) cgroups without known path and container")
    }
    for rule in ledger.rules where rule.ringFull > 0 {
      StandardError.report(
        "ring full: \(rule.ringFull) packets lost for policy '\(rule.key.policy)', "
          + rule.key.event.name)
    }
  }
}
