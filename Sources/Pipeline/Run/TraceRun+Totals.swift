// SPDX-License-Identifier: Apache-2.0

import Policy
import System

/// What became of all packets, and who is given that.
extension TraceRun {
  /// Writes the ledger meanwhile; what its file has against it is no reason to stop.
  mutating func keepStats() throws(TraceError) {
    let ledger = try ledger()
    if let text = statsFile?.keep(ledger) { notice(text) }
  }

  /// Writes the ledger to ``statsFile``, if there is one.
  public func writeStats() throws(TraceError) {
    guard let statsFile else { return }
    let ledger = try ledger()
    do throws(OutputError) { try statsFile.write(ledger) } catch { throw .output(error) }
  }

  /// What became of all packets so far.
  public func ledger() throws(TraceError) -> Ledger {
    do throws(SystemError) {
      var counts = try tracer.counts()
      counts.processesRefused += processes?.refused ?? 0
      counts.ancestorsCut += processes?.cut ?? 0
      return Ledger(kernel: counts, emitter: emitter, ringFull: try losses())
    } catch { throw .kernel(error) }
  }

  /// By generation of each plan that is there and by rule, the packets that found the ring full.
  func losses() throws(SystemError) -> [UInt32: [UInt64]] {
    let current = generations.current.rules.count
    var losses = [tracer.generation: try tracer.losses(of: tracer.generation, rules: current)]
    for plan in generations.outgoing {
      losses[plan.generation] =
        if let end = plan.end {
          end.losses
        } else {
          try tracer.losses(of: plan.generation, rules: plan.rules)
        }
    }
    return losses
  }
}
