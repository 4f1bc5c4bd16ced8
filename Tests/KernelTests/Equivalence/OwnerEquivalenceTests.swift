// SPDX-License-Identifier: Apache-2.0

import Policy
import TestSupport
import Testing

/// Scopes in the kernel and in user space against the reference, with processes that know who they are.
@Suite(
  .serialized, .enabled(if: Machine.canTrace, Comment(rawValue: Machine.refusal ?? "")),
  .enabled(if: Machine.has("setpriv", "unshare", "nsenter"), "needs setpriv, unshare and nsenter"),
  .timeLimit(.minutes(3)))
struct OwnerEquivalenceTests {
  private static let policies = 200
  private static let port: UInt16 = 29

  @Test func `who owns a packet is in the scopes that hold what it knows of itself`() async throws {
    let run = EquivalenceRun(decisions: 0)
    try await withStage { stage in
      let network = try await stage.network()
      let parts = try await parts(stage, network)
      let (older, younger) = (parts.filter { !$0.isYoung }, parts.filter(\.isYoung))
      var owners = try await owners(older.map(\.part), isNew: false, stage)
      // What the younger ones will be called is known before they are.
      let expected = owners.map(\.owner) + younger.map { $0.part.foreseen }
      let (texts, rules) = Self.policies(seed: run.seed, owners: expected)
      let kernel = try await stage.trace(texts)
      let userSpace = try await stage.trace(texts, options: ["--filters", "user-space"])
      for case let group? in younger.map(\.part.group) where !group.exists {
        try stage.make(group)
      }
      owners += try await self.owners(younger.map(\.part), isNew: true, stage)
      for owner in owners { try await owner.send() }

      for (place, tracer) in [("kernel", kernel), ("user space", userSpace)] {
        let trace = try await tracer.stop()
        for owner in owners {
          let events = trace.events.filter { $0.hostThreadID == owner.owner.threadID }
          #expect(events.count == 1, "\(place): \(owner.part.title), seed \(run.seed)")
          guard let event = events.first else { continue }
          for (number, rule) in rules.enumerated() {
            let wanted = ReferenceMatcher.matches(rule.scope, owner: owner.owner)
            guard event.matchedPolicies.contains("p\(number)") != wanted else { continue }
            Issue.record(
              """
              SEED=\(run.seed): the \(place) says \(!wanted) of \(owner.part.title), which is \
              \(owner.owner)
              \(texts[number])
              """)
            return
          }
        }
      }
      let matches = owners.map { owner in
        rules.count { ReferenceMatcher.matches($0.scope, owner: owner.owner) }
      }
      #expect(matches.allSatisfy { $0 > rules.count / 20 && $0 < rules.count }, "\(matches)")
    }
  }

  /// Policies that the linter has nothing against, and what the compiler makes of each; the last wants everything.
  private static func policies(seed: UInt64, owners: [Owner]) -> (
    texts: [String], rules: [PlanRule]
  ) {
    var world = RandomScopes(seed: seed, owners: owners)
    var texts: [String] = []
    var rules: [PlanRule] = []
    while texts.count < policies {
      let (scope, filters) =
        texts.count == policies - 1 ? (["global"], []) : world.policy()
      let packet = ["data.dst_port=\(port)", "data.metadata.direction=egress"]
      func list(_ expressions: [String]) -> String {
        expressions.map { "\"\($0)\"" }.joined(separator: ", ")
      }
      let text = """
        type: policy
        name: p\(texts.count)
        scope: [\(list(scope))]
        rules:
          - event: net_packet_udp
            filters: [\(list(packet + filters))]

        """
      let checked = PolicySet.parse([SourceFile(name: "p", bytes: Array(text.utf8))]).checked()
      // Such as contradict themselves are refused.
      guard let rule = checked.plan?.rules.first else { continue }
      texts.append(text)
      rules.append(rule)
    }
    return (texts, rules)
  }

  private func owners(
    _ parts: [KnownOwner.Part], isNew: Bool, _ stage: Stage
  ) async throws -> [KnownOwner] {
    var owners = try parts.map { try KnownOwner($0, port: Self.port, on: stage) }
    for index in owners.indices { try await owners[index].introduce(isNew: isNew) }
    return owners
  }

  /// Everyone who plays, and whether the tracer is there before.
  private func parts(
    _ stage: Stage, _ network: VirtualNetwork
  ) async throws -> [(part: KnownOwner.Part, isYoung: Bool)] {
    let group = try stage.make(stage.plannedGroup())
    let below = try stage.make(stage.plannedGroup(below: group))
    let deep = try stage.make(stage.plannedGroup(below: below))
    let beside = try stage.make(group.neighbour)
    // Runtimes name the cgroups of containers so.
    let old = try stage.make(group.below(String(repeating: "0a", count: 32)))
    let new = group.below(String(repeating: "0a0b", count: 16))
    let folder = try stage.folder()
    // By another program: a child of this one could hold a file open that is still to be run.
    func copy(_ name: String) async throws -> String {
      try await run("cp", "--dereference", KnownOwner.python, "\(folder)/\(name)")
      return "\(folder)/\(name)"
    }
    func user(_ id: Int) -> [String] { ["setpriv", "--reuid=\(id)", "--clear-groups"] }
    let inside = ["nsenter", "--net=/run/netns/\(network.left.name)"]
    let nc = try await copy("nc")
    let ncat = try await copy("ncat")
    // Who changes the host's name does something else behind it: that alone is noticed late.
    let parts: [KnownOwner.Part] = [
      .init(title: "plain"),
      .init(title: "with an old socket", comm: "nc", isSocketEarly: true),
      .init(title: "named like the start of another", comm: "n"),
      .init(title: "named with 15 bytes", comm: "abcdefghijklmno", forks: 1),
      .init(title: "named with 14 of them", entrance: user(1), comm: "abcdefghijklmn"),
      .init(title: "nobody", entrance: user(65534), comm: "ncat", isSocketEarly: true),
      .init(title: "in a cgroup", comm: "nc", group: group),
      .init(title: "deep in cgroups", entrance: user(1000), forks: 2, group: deep),
      .init(title: "in the cgroup beside", comm: "nginx", isSocketEarly: true, group: beside),
      .init(title: "in a container that is made later", comm: "nc", group: new),
      .init(title: "in a container", forks: 1, group: old),
      .init(
        title: "in namespaces", entrance: ["unshare", "--mount", "--uts"], forks: 1,
        hostName: "other-host"),
      .init(
        title: "in namespaces of processes", entrance: ["unshare", "--pid", "--fork", "--uts"],
        comm: "n*", forks: 1, hostName: "other"),
      .init(title: "in another network", entrance: inside + user(1000), comm: "nc"),
      .init(title: "another executable", executable: nc, isSocketEarly: true),
      .init(title: "an executable like it", executable: ncat, isThread: true),
      .init(title: "a thread with its own name", comm: "worker", isThread: true),
    ]
    // Every other one is older than the tracer, so that each sort has both.
    return parts.enumerated().map { ($1, isYoung: $0 % 2 == 1) }
  }
}

extension KnownOwner.Part {
  /// What is known of it before it runs.
  fileprivate var foreseen: Owner {
    var owner = Owner()
    owner.comm = comm
    owner.hostName = hostName
    owner.executable = executable
    owner.cgroupPath = group?.path ?? ""
    let last = owner.cgroupPath.split(separator: "/").last.map(String.init) ?? ""
    if last.utf8.count == 64 { owner.containerID = last }
    return owner
  }
}
