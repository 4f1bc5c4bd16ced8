import ArgumentParser
import Glibc
import Pipeline
import Policy
import System

struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The same policies over a pcap or pcapng file; no root, no kernel.",
    discussion: """
      Without a selection it shows the events of the set `default`. A capture does not say whose its packets are: only \
      policies with the scope `global` match.
      """)

  @Argument(
    help: "The capture, compressed by gzip or not; - for standard input.", completion: .file())
  var capture: String

  @OptionGroup var selection: SelectionOptions

  @OptionGroup var output: OutputOptions

  @Option(help: "Stop after this many events.")
  var count: UInt64?

  func validate() throws {
    if capture == "-", (selection.paths + selection.policies).contains("-") {
      throw ValidationError("standard input is either the capture or a policy")
    }
  }

  func run() throws {
    let plan = try selection.plan()
    try output.check(against: plan)
    do {
      try replay(plan)
    } catch let error as CaptureError {
      StandardError.say(error.description)
      throw ExitCode.worldRefused
    } catch let error as OutputError {
      StandardError.say(error.description)
      throw ExitCode.worldRefused
    } catch let error as ReplayError {
      StandardError.say(error.description)
      throw ExitCode.worldRefused
    }
  }

  private func replay(_ plan: TracePlan) throws {
    let reader = try CaptureReader.open(capture)
    let size = reader.size
    // The times of a capture are those of the world.
    let outputs = try output.open(clock: BootClock(epochOffset: 0))
    var run = ReplayRun(plan, reader, outputs: outputs, eventLimit: count ?? .max)
    if !run.policiesOfOwners.isEmpty {
      let names = run.policiesOfOwners.map { "'\($0)'" }.joined(separator: ", ")
      StandardError.say(
        "warning: a capture does not say whose its packets are: rules of \(names) "
          + "that ask for it match nothing")
    }
    StandardError.say("ready: \(run.readiness)")
    var bar = ProgressBar(of: size)
    run.progress = { bar?.show($0) }
    run.notice = { StandardError.say($0) }
    var failure: (any Error)?
    do { try run.run() } catch { failure = error }
    bar?.clear()
    report(run.ledger, asksDirection: run.asksDirection)
    if let failure { throw failure }
    let ledger = run.ledger
    if ledger.counts.frames == 0, let fault = ledger.faults.all.first {
      StandardError.say("cannot read \(capture): its first frame is \(fault.what)")
      throw ExitCode.worldRefused
    }
  }

  private func report(_ ledger: ReplayLedger, asksDirection: Bool) {
    StandardError.say("done: \(ledger)")
    if asksDirection, ledger.counts.undirected > 0 {
      StandardError.say(
        "warning: the capture does not say which way \(ledger.counts.undirected) packets went; "
          + "they count as ingress")
    }
    let faults = ledger.faults.all
    if !faults.isEmpty {
      let list = faults.map { "\($0.count) \($0.what)" }.joined(separator: "; ")
      StandardError.say("warning: not all of the capture could be read: \(list)")
    }
  }
}
