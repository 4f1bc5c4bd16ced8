// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import Pipeline
import Policy
import System

struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Apply policies to a pcap or pcapng file, without root and without the kernel.",
    discussion: """
      Without a selection, shows the events of the set `default`. Captures of `-o pcap` record the owners of \
      packets. Of other captures only policies with the scope `global` match, or those whose owners `--owners` gives.
      """)

  @Argument(
    help: "The capture file, optionally compressed with gzip; - for standard input.",
    completion: .file())
  var capture: String

  @OptionGroup var selection: SelectionOptions

  @OptionGroup var output: OutputOptions

  @Option(
    help: ArgumentHelp(
      "A file that states whose the packets are, by flow.",
      discussion: "Captures that -o pcap wrote state it themselves."),
    completion: .file())
  var owners: String?

  @Option(help: "Stop after this many events.")
  var count: UInt64?

  @Flag(
    help: """
      Show the packets that packets of GRE, IP in IP, 6in4, VXLAN, Geneve and Teredo carry, too.
      """)
  var decapsulate = false

  func validate() throws {
    if capture == "-", (selection.paths + selection.policies).contains("-") {
      throw ValidationError("standard input cannot be both the capture and a policy")
    }
  }

  func run() throws {
    // The times in a capture are already since the epoch.
    let clock = BootClock(epochOffset: 0)
    let programs = try selection.startPrograms(clock: clock, waits: true)
    let checked = try selection.accepted(programs)
    guard let plan = checked.plan else { throw ExitCode.findings }
    try output.check(against: plan)
    let owners = try readOwners()
    do {
      try replay(plan, SetContents(checked), owners, programs, clock)
    } catch let error as CaptureError {
      StandardError.report(error.description)
      throw ExitCode.worldRefused
    } catch let error as OutputError {
      StandardError.report(error.description)
      throw ExitCode.worldRefused
    } catch let error as ReplayError {
      StandardError.report(error.description)
      throw ExitCode.worldRefused
    }
  }

  /// - Throws: the exit code, after saying what is wrong with the file.
  private func readOwners() throws(ExitCode) -> ReplayOwners {
    guard let owners else { return ReplayOwners() }
    let file: OwnersFile
    do throws(SourceFailure) { file = try OwnersFile(path: owners) } catch {
      StandardError.report("\(error.path): \(error.reason)")
      throw .worldRefused
    }
    guard file.diagnostics.isEmpty else {
      StandardError.write(TextRenderer(sources: [file.source]).render(file.diagnostics))
      throw .findings
    }
    return ReplayOwners(file.flows)
  }

  private func replay(
    _ plan: TracePlan, _ contents: SetContents, _ owners: ReplayOwners,
    _ programs: [SignatureProgram], _ clock: BootClock
  ) throws {
    let reader = try CaptureReader.open(capture)
    let size = reader.size
    let outputs = try output.open(clock: clock)
    var run = ReplayRun(
      plan, reader, outputs: outputs, programs: programs, eventLimit: count ?? .max)
    run.owners = owners
    run.show(digest: contents.digest)
    run.decapsulates = decapsulate
    StandardError.report("ready: \(run.readiness)")
    var bar = ProgressBar(of: size)
    run.progress = { bar?.show($0) }
    run.notice = { StandardError.report($0) }
    var failure: (any Error)?
    do { try run.run() } catch { failure = error }
    bar?.clear()
    if !run.policiesOfOwners.isEmpty, run.owned == 0 {
      let names = run.policiesOfOwners.map { "'\($0)'" }.joined(separator: ", ")
      StandardError.report(
        "warning: a capture does not record the owners of packets: rules of \(names) "
          + "that depend on the owner match nothing")
    }
    report(run.ledger, asksDirection: run.asksDirection)
    for line in run.ledger.ledger.programLines { StandardError.report(line) }
    if let failure { throw failure }
    let ledger = run.ledger
    if ledger.counts.frames == 0, let fault = ledger.faults.all.first {
      StandardError.report("cannot read \(capture): its first frame is \(fault.what)")
      throw ExitCode.worldRefused
    }
  }

  private func report(_ ledger: ReplayLedger, asksDirection: Bool) {
    StandardError.report("done: \(ledger)")
    if asksDirection, ledger.counts.undirected > 0 {
      StandardError.report(
        "warning: the capture does not record the direction of \(ledger.counts.undirected) packets; "
          + "they count as ingress")
    }
    let faults = ledger.faults.all
    if !faults.isEmpty {
      let list = faults.map { "\($0.count) \($0.what)" }.joined(separator: "; ")
      StandardError.report("warning: part of the capture could not be read: \(list)")
    }
  }
}
