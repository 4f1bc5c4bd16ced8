// SPDX-License-Identifier: Apache-2.0

import Policy
import Testing

/// The table of `docs/policy-language.md` §3, row by row.
struct ScopeCatalogTests {
  private func fields(_ keys: String, in place: ScopeKey.Places) -> Set<OwnerField?> {
    Set(keys.split(separator: " ").map { ScopeCatalog.key(String($0), in: place)?.field })
  }

  @Test(arguments: [
    ("uid userId u", OwnerField.userID), ("pid p hostPid hostProcessId", .processID),
    ("tid hostTid hostThreadId", .threadID),
    ("ppid hostPpid hostParentProcessId", .parentProcessID),
    ("mntns mountNamespace", .mountNamespace), ("pidns pidNamespace", .pidNamespace),
    ("netns netNamespace", .netNamespace), ("uts hostName", .hostName),
    ("comm processName", .comm), ("executable exec bin binary", .executable),
    ("cgroup", .cgroup), ("cgroupId", .cgroupID), ("container c containerId", .containerID),
    ("containerName", .containerName), ("containerImage", .containerImage),
    ("podName", .podName), ("podNamespace", .podNamespace), ("podUid", .podUID), ("tree", .tree),
  ])
  func `every alias of a scope means its field`(keys: String, field: OwnerField) {
    #expect(fields(keys, in: .scope) == [field])
  }

  @Test(arguments: [
    ("pid processId p", OwnerField.namespacedProcessID), ("tid threadId", .namespacedThreadID),
    ("ppid parentProcessId", .namespacedParentProcessID),
    ("hostPid hostProcessId", .processID), ("hostTid hostThreadId", .threadID),
    ("hostPpid hostParentProcessId", .parentProcessID), ("comm processName", .comm),
  ])
  func `in a rule, ids are those of the process's own namespace, unless they say host`(
    keys: String, field: OwnerField
  ) {
    #expect(fields(keys, in: .rule) == [field])
  }

  @Test func `the words of the two places`() {
    func words(_ place: ScopeKey.Places) -> [String] {
      ScopeCatalog.words.filter { $0.places.contains(place) }.map(\.name)
    }
    #expect(words(.scope) == ["global", "follow", "container", "c", "not-container"])
    #expect(words(.rule) == ["container", "c", "not-container", "host"])
  }

  @Test func `no spelling means two things in one place`() {
    for place in [ScopeKey.Places.scope, .rule] {
      let keys = ScopeCatalog.keys.filter { $0.places.contains(place) }.flatMap(\.spellings)
      #expect(Set(keys).count == keys.count)
    }
  }

  @Test func `every field of an owner can be asked about`() {
    #expect(Set(ScopeCatalog.keys.map(\.field)).union([.container]) == Set(OwnerField.allCases))
  }

  @Test func `what the tracer cannot decide yet is refused by name, never ignored`() {
    let scopes = ScopeCatalog.keys.filter { !$0.field.isSupported && $0.places.contains(.scope) }
    for key in scopes {
      #expect(
        findings(policy(scope: key.name + "=x")) == [
          "unsupported-scope 2:1-\(key.name.count + 1) `\(key.name)` is not supported yet"
        ])
    }
    for field in PacketField.allCases where !field.isSupported {
      let key = field.key + (field.description.hasMembers ? ".X-Name" : "")
      #expect(
        findings(policy(filters: key + "=x")) == [
          "unsupported-field 4:1-\(key.count + 1) filters on `\(key)` are not supported yet"
        ])
    }
  }
}
