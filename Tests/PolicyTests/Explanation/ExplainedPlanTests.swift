// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Policy

struct ExplainedPlanTests {
  private func explained(_ texts: String...) throws -> (ExplainedPlan, TracePlan) {
    let sources = texts.enumerated().map { SourceFile(name: "\($0).yaml", bytes: Array($1.utf8)) }
    let checked = PolicySet.parse(sources).checked()
    let plan = try #require(checked.plan, "\(checked.diagnostics)")
    return (try #require(ExplainedPlan(checked)), plan)
  }

  private static let web = """
    type: policy
    name: web
    scope: ["comm=curl", "comm!=*x", not-container]
    rules:
      - event: net_packet_tcp,net_packet_udp
        filters: ["data.dst_port=80,443", "uid>=1000", "data.dst_port!=8080"]
      - event: net_packet_ipv4
    """

  @Test func `a person reads policies, rules, and where each key is decided and why`() throws {
    var (plan, _) = try explained(Self.web)
    plan.tables = [ExplainedPlan.Table("tp_rows", "rows", entries: 3, bytes: 1500)]
    #expect(
      plan.text == """
        1 policy, 3 rules, 3 events; kernel filters 7, user-space filters 3; tables 2 KiB

        policy web  (0.yaml:2)
          rule 1, line 5, bits 0-1: net_packet_tcp, net_packet_udp
            user space  comm=curl and comm!=*x                        the kernel's tables match a text only from its start
            kernel      not-container                                 2 regions
            kernel      uid>=1000                                     2 regions
            kernel      data.dst_port=80,443 and data.dst_port!=8080  7 regions
          rule 2, line 7, bit 2: net_packet_ipv4
            user space  comm=curl and comm!=*x  the kernel's tables match a text only from its start
            kernel      not-container           2 regions

        TABLE    ENTRIES  BYTES  CONTENTS
        tp_rows  3        1500   rows
                          1500

        """)
  }

  @Test func `programs read the same, by keys that stay`() throws {
    let (plan, _) = try explained(
      """
      type: policy
      name: p
      scope: [follow, "comm=nc"]
      rules: [{event: net_packet_tcp, filters: ["data.src=10.0.0.0/8"]}]
      """)
    #expect(
      plan.json == [
        "policies": [
          [
            "name": "p", "file": "0.yaml", "line": 2,
            "rules": [
              [
                "bit": 0, "rule": 1, "line": 4, "signature": .null, "selection": .null,
                "event": "net_packet_tcp",
                "clauses": [
                  [
                    "origin": "follow", "expressions": ["comm=nc"], "decided_in": "user-space",
                    "reason": "the kernel does not remember which processes have matched",
                    "regions": 2,
                    "entries": 0,
                  ],
                  [
                    "origin": "filters", "expressions": ["data.src=10.0.0.0/8"],
                    "decided_in": "kernel", "reason": .null, "regions": 3, "entries": 0,
                  ],
                ],
              ]
            ],
          ]
        ],
        "tables": [], "bytes": 0,
      ])
  }

  @Test func `what is explained is what the plan asks`() throws {
    var world = SmallWorld(seed: 20_251_123)
    func expressions(_ keys: [SmallWorld.Key], _ count: Int) -> [String] {
      (0..<count).map { _ in
        let key = world.pick(keys)
        return key.name + world.pick(["=", "!="]) + world.values(of: key).joined(separator: ",")
      }
    }
    var plans = 0
    for _ in 0..<300 {
      let scope = (world.chance(0.2) ? ["follow"] : []) + expressions(SmallWorld.scopes, 2)
      var set = PolicySet()
      set.documents = [
        policy(
          scope: scope,
          rules: [
            ("net_packet_tcp,net_packet_udp", expressions(SmallWorld.scopes, 1)),
            ("net_packet_tcp", expressions(SmallWorld.filters + SmallWorld.scopes, 3)),
          ])
      ]
      let checked = set.checked()
      guard let plan = checked.plan else { continue }
      let explained = try #require(ExplainedPlan(checked))
      plans += 1
      #expect(explained.rules.map(\.rule) == plan.rules)
      #expect(explained.rules.map(\.bit) == Array(plan.rules.indices))
      for rule in explained.rules {
        var (owner, followed): ([Clause<OwnerField>], [Clause<OwnerField>]) = ([], [])
        var packet: [Clause<PacketField>] = []
        for clause in rule.clauses {
          switch clause.question {
          case .owner(let question) where clause.origin == .follow: followed.append(question)
          case .owner(let question): owner.append(question)
          case .packet(let question): packet.append(question)
          case .element(let question): #expect(rule.rule.elements.contains(question))
          }
        }
        #expect(owner == rule.rule.scope && packet == rule.rule.filters)
        #expect(followed == rule.rule.followed ?? [])
      }
    }
    #expect(plans > 100)
  }
}
