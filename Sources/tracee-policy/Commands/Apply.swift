// SPDX-License-Identifier: Apache-2.0

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
      CAP_PERFMON and CAP_NET_ADMIN. SIGHUP reloads the policies; SIGUSR1 prints the current totals. \
      Each key of the --config file is also an option, and an option takes precedence.
      """)

  @OptionGroup var selection: SelectionOptions

  @OptionGroup var output: OutputOptions

  @OptionGroup var service: ServiceOptions

  @Option(name: .customLong("for"), help: "Stop after this duration: 500ms, 10s, 2m, 1h.")
  var duration: TraceDuration?

  @Option(help: "Stop after this many events.")
  var count: UInt64?

  @Option(
    help: ArgumentHelp(
      "Write the packet and event totals to this file as JSON on exit.",
      discussion: "The command tracee-policy schema stats describes each number."),
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
      discussion: "Measures: capabilities, no-new-privileges, landlock, seccomp. Default: all."))
  var hardening: HardeningArgument?

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
    // With a configuration, Settings checks these.
    guard selection.variables.config == nil else { return }
    if watch && (selection.paths + selection.policies).isEmpty {
      throw ValidationError("--watch needs policy files")
    }
    if statsEvery != nil && statsFile == nil {
      throw ValidationError("--stats-every needs --stats-file")
    }
  }

  func run() throws {
    let clock = BootClock.now()
    let (configuration, variables) = try selection.variables.read()
    let programs = try selection.startPrograms(
      configuration?.signatures ?? [], clock: clock, waits: false)
    let settings = try Settings(self, configuration, variables, programs)
    let first = try FirstPolicies(settings)
    if CommandLine.arguments.count == 1, Terminal.isOutput {
      let events = EventSet.standard.events.map(\.name).joined(separator: ", ")
      StandardError.report(
        "nothing is selected: tracing \(events) of every process; Ctrl-C stops it, and "
          + "tracee-policy --help shows how to select")
    }
    try checkMachine(settings.cgroup)
    do throws(TraceError) {
      try Tracing(settings, filters: filters, duration: duration?.duration, count: count)
        .run(first, programs, clock)
    } catch {
      StandardError.report(error.description)
      throw ExitCode.worldRefused
    }
  }

  /// Checks the machine.
  ///
  /// Prints each missing privilege or, if there is none, the first other missing requirement.
  ///
  /// - Throws: exit code 2 if anything is missing.
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
    for refusal in refusals { StandardError.report(refusal.description) }
    if !refusals.isEmpty { throw .worldRefused }
  }
}
