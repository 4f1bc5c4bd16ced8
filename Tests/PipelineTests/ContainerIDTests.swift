// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Pipeline

/// Which cgroups belong to containers: `docs/policy-language.md` §3.
struct ContainerIDTests {
  private static let a = String(repeating: "0a", count: 32)
  private static let b = String(repeating: "f9", count: 32)

  /// The container of a path, where each directory is root's but for those that are named.
  private func id(_ path: String, delegated: Set<String> = []) -> String? {
    var found = ContainerID(rootOwnedBy: delegated.contains("/") ? 1000 : 0)
    var here = ""
    for name in path.split(separator: "/") {
      here += "/" + name
      found = found.below(name.utf8, ownedBy: delegated.contains(here) ? 1000 : 0)
    }
    return found.id.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func `runtimes name cgroups after the ids of containers`() {
    for path in [
      "/docker/\(Self.a)", "/system.slice/docker-\(Self.a).scope",
      "/libpod_parent/libpod-\(Self.a)",
      "/machine.slice/libpod-\(Self.a).scope/container",
      "/kubepods.slice/kubepods-pod1.slice/cri-containerd-\(Self.a).scope",
      "/kubepods/burstable/pod12/\(Self.a)",
      "/system.slice/kubepods-pod1.slice:cri-containerd:\(Self.a)",
    ] { #expect(id(path) == Self.a, "\(path)") }
  }

  @Test func `what only looks like an id is none`() {
    for name in [
      String(Self.a.dropLast()), Self.a + "0", "\(Self.a)-x", "\(Self.a):x", Self.a.uppercased(),
      "g\(Self.a.dropFirst())", "", ".", "user.slice",
    ] { #expect(id("/docker/" + name) == nil, "\(name)") }
  }

  @Test func `the outermost id counts, whatever is below it`() {
    for below in [
      Self.b, "docker-\(Self.b).scope", "libpod-conmon-\(Self.b)", "x-conmon-\(Self.b)", "init",
    ] {
      #expect(id("/docker/\(Self.a)/\(below)") == Self.a, "\(below)")
      #expect(id("/docker/\(Self.a)/x/\(below)/y") == Self.a, "\(below)")
    }
    #expect(id("/docker/\(Self.a).\(Self.b)") == Self.a)
  }

  @Test func `what watches a container is none, and only by its whole name`() {
    #expect(id("/machine.slice/libpod-conmon-\(Self.a).scope") == nil)
    #expect(id("/machine.slice/crio-conmon-\(Self.a).scope") == nil)
    #expect(id("/machine.slice/libpod-conmon-\(Self.a).scope/docker-\(Self.b)") == Self.b)
    for name in ["x-conmon-", "conmon-", "x-libpod-conmon-", "libpod-conmon-x-", "LIBPOD-conmon-"] {
      #expect(id("/machine.slice/\(name)\(Self.a)") == Self.a, "\(name)")
    }
  }

  @Test func `nothing below a delegated subtree is believed`() {
    let path = "/user.slice/user@1000.service/docker-\(Self.a).scope"
    #expect(id(path) == Self.a)
    #expect(id(path, delegated: ["/user.slice/user@1000.service"]) == nil)
    #expect(id(path + "/x/\(Self.b)", delegated: ["/user.slice"]) == nil)
    #expect(id("/docker/\(Self.a)", delegated: ["/"]) == nil)
  }

  @Test func `a container that was delegated to its own user stays one`() {
    let path = "/docker/\(Self.a)"
    #expect(id(path, delegated: [path]) == Self.a)
    #expect(id(path + "/\(Self.b)", delegated: [path, path + "/\(Self.b)"]) == Self.a)
  }

  @Test func `names far below the root do not count`() {
    let levels = String(repeating: "/x", count: ContainerID.depthLimit - 2)
    #expect(id("\(levels)/\(Self.a)") == Self.a)
    #expect(id("\(levels)/x/\(Self.a)") == nil)
    #expect(id("/\(Self.a)\(levels)\(levels)") == Self.a)
  }
}
