import ArgumentParser
import Glibc
import Pipeline
import Policy
import System

struct Apply: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Traces until SIGINT or SIGTERM.",
    discussion: """
      Without a selection it traces the events of the set `default`. Needs root, or CAP_BPF, \
      CAP_PERFMON and CAP_NET_ADMIN. SIGHUP reads the policies again; SIGUSR1 says the ledger so far.
      """)

  @OptionGroup var selection: SelectionOptions

  @OptionGroup var output: OutputOptions

  @Option(name: .customLong("for"), help: "Stop after this long: 500ms, 10s, 2m, 1h.")
  var duration: TraceDuration?

  @Option(help: "Stop after this many events.")
  var count: UInt64?

  @Option(
    help: ArgumentHelp(
      "Write the ledger to this file as JSON, at the end.",
      discussion: "What each number means: docs/operations.md, tracee-policy schema stats."),
    completion: .file())
  var statsFile: String?

  @Option(help: "Write it also each time that this long has passed: 500ms, 10s, 2m, 1h.")
  var statsEvery: TraceDuration?

  @Option(
    help: ArgumentHelp(
      "The ring between kernel and tracer: 64K, 32M, 1G; it is rounded up to a power of two.",
      discussion: "Default: 16M for each CPU, within 4M and 256M and 1/64 of the memory."))
  var buffer: ByteSize?

  @Option(help: "Attach to this cgroup's directory instead of the root of the v2 tree.")
  var cgroup: String?

  @Option(
    help: ArgumentHelp(
      "Who decides filters: kernel, or user-space for all of them.",
      discussion: "The events are the same; use it to compare."))
  var filters = FilterMode.kernel

  @Option(
    help: ArgumentHelp(
      "What keeps the tracer from doing more than it must: all, none, or some of the ways.",
      discussion: "capabilities, no-new-privileges, landlock, seccomp: docs/operations.md."))
  var hardening = HardeningArgument.all

  @Flag(help: "Read the policies again when their files have changed and have come to rest.")
  var watch = false

  func validate() throws {
    if watch && (selection.paths + selection.policies).isEmpty {
      throw ValidationError("--watch needs policies in files")
    }
    if statsEvery != nil && statsFile == nil {
      throw ValidationError("--stats-every needs --stats-file")
    }
  }

  func run() throws {
    let selection = Selection(selection)
    let plan = try selection.plan()
    try output.check(against: plan)
    try checkMachine()
    do throws(TraceError) {
      try trace(plan, selection)
    } catch {
      StandardError.say(error.description)
      throw ExitCode.worldRefused
    }
  }

  /// Says each privilege that is missing, or the first other thing.
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
    for refusal in refusals { StandardError.say(refusal.description) }
    if !refusals.isEmpty { throw .worldRefused }
  }

  /// Keeps this process from doing more than it must, as far as is asked for and can be had.
  private func harden(_ selection: Selection) -> Hardening {
    var access = FileAccess()
    if let cgroup { access.read(cgroup: cgroup) }
    for path in selection.paths { access.read(policies: path) }
    for path in output.outputs.compactMap(\.path) { access.write(path) }
    if let statsFile { access.write(statsFile) }
    return Hardening.enforce(hardening.measures, access: access)
  }

  private func trace(_ plan: TracePlan, _ selection: Selection) throws(TraceError) {
    let hidden = HiddenContainers.count()
    let hardening = harden(selection)
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
      return reading
    }
    do throws(SystemError) {
      if watch { run.watch = try PathWatch(selection.paths) }
    } catch { throw .kernel(error) }
    run.report = { report in
      StandardError.write(report.remarks)
      StandardError.say(report.description)
    }
    run.reportLedger = { StandardError.say("so far: \($0)") }
    // A file that cannot be written is said now, not after hours.
    try run.writeStats()
    let ready = "\(run.readiness), buffer \(ByteSize(bytes: options.ringBytes).description)"
    let looksLikeHost = hidden > 0 ? "; containers that look like the host: \(hidden)" : ""
    let fallbacks = run.fallbacks.map(\.words).joined(separator: ", ")
    let instead = fallbacks.isEmpty ? "" : "; fallbacks: \(fallbacks)"
    StandardError.say("ready: \(ready); \(hardening)\(instead)\(looksLikeHost)")
    if let remark = HiddenContainers.remark(hidden) {
      let asks = plan.asksForContainers ? "; policies ask for containers" : ""
      StandardError.say("note: \(remark)\(asks)")
    }
    run.notice = { StandardError.say($0) }
    // What was counted until an error is said before the error is.
    var failure: TraceError?
    do throws(TraceError) { try run.run(for: duration?.duration) } catch { failure = error }
    report(try run.ledger())
    if let failure { throw failure }
  }

  private func report(_ ledger: Ledger) {
    StandardError.say("done: \(ledger)")
    let unknown = ledger.kernel.processesFull
    if unknown > 0 {
      StandardError.say(
        "ring full: \(unknown) changes of processes; tree, follow and new may have missed some")
    }
    if ledger.kernel.processesRefused > 0 {
      StandardError.say(
        "no room: \(ledger.kernel.processesRefused) processes; tree and follow may have missed them"
      )
    }
    if ledger.kernel.cgroupsUnknown > 0 {
      StandardError.say(
        "no room: \(ledger.kernel.cgroupsUnknown) cgroups whose path and container are not known")
    }
    for rule in ledger.rules where rule.ringFull > 0 {
      StandardError.say(
        "ring full: \(rule.ringFull) packets for policy '\(rule.key.policy)', "
          + rule.key.event.name)
    }
  }
}
