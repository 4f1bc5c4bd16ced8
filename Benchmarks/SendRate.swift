// SPDX-License-Identifier: Apache-2.0

import CBPF
import Pipeline
import Policy

/// Prints how many packets a second a sender on loopback reaches, of what it reaches untraced.
///
/// Each round measures both, one after the other, the other way round in the next; the median of the rounds' ratios is
/// printed. The sender does nothing but `sendto`, so that a packet costs as little as any can.
func measureSendRate() throws {
  let plans = [("egress only", 1...1), ("ingress only", 0...0), ("both ways", 0...1)].map {
    ($0, KernelTables(unwantedPlan(rules: 1024, directions: $1), generation: 1))
  }
  let everything = KernelTables(
    TracePlan(policies: ["all"], rules: [PlanRule(policy: 0, event: .ipv4)]), generation: 1)
  let rounds = 11
  for (size, isReceived) in [(32, false), (1400, true)] {
    let traffic = try LoopbackTraffic(size: size, isReceived: isReceived)
    print("\(size) bytes, \(isReceived ? "received" : "not received")")
    try compare("programs that return at once", traffic, rounds) {
      let programs = try BarePrograms()
      let rate = try traffic.rate()
      _ = consume programs
      return rate
    }
    for (name, plan) in plans {
      try compare("1,024 rules for \(name), none wants it", traffic, rounds) {
        let tracer = try Tracer(plan)
        let rate = try traffic.rate()
        let seen = try tracer.counts().unwanted
        precondition(seen > 1000, "the packets were looked at")
        return rate
      }
    }
    try compare("every packet to user space", traffic, rounds) {
      let tracer = try Tracer(everything)
      return try traffic.rate { try tracer.consume { _ in true } }
    }
  }
}

private func compare(
  _ name: String, _ traffic: borrowing LoopbackTraffic, _ rounds: Int,
  traced: () throws -> LoopbackTraffic.Rate
) throws {
  var ratios: [Double] = []
  var costs: [Double] = []
  var free: [Double] = []
  for round in 0..<rounds {
    let before = round % 2 == 0 ? try traffic.rate() : nil
    let with = try traced()
    let without = if let before { before } else { try traffic.rate() }
    ratios.append(with.perSecond / without.perSecond)
    costs.append(with.nanoseconds - without.nanoseconds)
    free.append(without.perSecond)
  }
  let percent = (median(ratios) * 1000).rounded() / 10
  print("  \(name)", "\(percent) %", "\(Int(median(costs))) ns", Int(median(free)), separator: "\t")
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
