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
      CAP_PERFMON and CAP_NET_ADMIN. SIGHUP reads the policies again; SIGUSR1 prints the ledger so \
      far. Each key of the configuration that --config names is also an option, which wins.
      """)

  @OptionGroup var selection: SelectionOptions

  @OptionGroup var output: OutputOptions

  @OptionGroup var service: ServiceOptions

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
      discussion: """
        capabilities, no-new-privileges, landlock, seccomp: docs/operations.md. Default: all.
        """))
  var hardening: HardeningArgument?

  @Flag(help: "Read the policies again when their files have changed and have come to rest.")
  var watch = false

  func validate() throws {
    // With a configuration it is seen later whether these go together.
    guard selection.variables.config == nil else { return }
    if watch && (selection.paths + selection.policies).isEmpty {
      throw ValidationError("--watch needs policies in files")
    }
    if statsEvery != nil && statsFile == nil {
      throw ValidationError("--stats-every needs --stats-file")
    }
  }

  func run() throws {
    let settings = try Settings(self)
    let first = try FirstPolicies(settings)
    try checkMachine(settings.cgroup)
    do throws(TraceError) {
      try Tracing(settings, filters: filters, duration: duration?.duration, count: count)
        .run(first)
    } catch {
      StandardError.say(error.description)
      throw ExitCode.worldRefused
    }
  }

  /// Says each privilege that is missing, or the first other thing.
  private func checkMachine(_ cgroup: String?) throws(ExitCode) {
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
}
