// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// A master opens the door, and a worker of another user accepts behind it.
  @Suite struct AcceptedSockets {
    @Test(arguments: ["accept", "splice", "mptcp"])
    func `a connection is its accepter's from accept on, and the next one as a whole`(
      way: String
    ) async throws {
      try await withOwnerScene { scene in
        if way == "mptcp" { try KernelFeatures.requireMPTCP() }
        let play = try await Play(scene, way, connections: 2)
        let (first, second) = (play.connections[0], play.connections[1])

        #expect(first.prefix(3).map(\.flags) == ["S", "S.", "."], "\(play.trace.ownerSummary)")
        for event in first.prefix(3) {
          #expect(event.shown == play.master, "\(event.ownerSummary)")
        }
        for event in first.dropFirst(3) {
          #expect(event.shown == play.worker, "\(event.ownerSummary)")
          #expect(event.matchedPolicies == ["all", "worker"], "\(event.ownerSummary)")
        }
        #expect(second.map(\.flags).starts(with: ["S", "S.", "."]), "\(play.trace.ownerSummary)")
        for event in second {
          #expect(event.shown == play.worker, "\(event.ownerSummary)")
          #expect(event.matchedPolicies == ["all", "worker"], "\(event.ownerSummary)")
        }
      }
    }

    @Test(
      .enabled(
        if: KernelFeatures.watchesFunctions,
        """
        this kernel lets no program watch its functions: a socket that is accepted without asking for \
        an address is known from the first receive on
        """
      ))
    func `a connection is its accepter's from accept on, though he does not ask whose it is`()
      async throws
    {
      try await withOwnerScene { scene in
        let play = try await Play(scene, "accept-null", connections: 2)
        let connections = [play.connections[0].dropFirst(3), play.connections[1][...]]
        for event in connections.joined() {
          #expect(event.shown == play.worker, "\(event.ownerSummary)")
        }
      }
    }

    @Test(arguments: ["accept-null", "ring"])
    func `what is accepted without asking for an address is its reader's from then on`(
      way: String
    ) async throws {
      try await withOwnerScene { scene in
        if way == "ring" { try KernelFeatures.requireRing() }
        let play = try await Play(scene, way, connections: 2)
        for connection in play.connections {
          let answer = connection.firstIndex { $0.leaves && $0.flags.contains("P") }
          for event in connection[try #require(answer)...] {
            #expect(event.shown == play.worker, "\(event.ownerSummary)")
          }
          // Whoever it shows before, it is one of those who may be meant, with its own policies.
          for event in connection {
            #expect([play.master, play.worker].contains(event.shown), "\(event.ownerSummary)")
            let policies = event.shown == play.worker ? ["all", "worker"] : ["all", "master"]
            #expect(event.matchedPolicies == policies, "\(event.ownerSummary)")
          }
        }
      }
    }

    @Test(.enabled(if: Machine.has("nginx", "curl"), "needs nginx and curl"))
    func `a request is of nginx's worker, and the second connection as a whole`()
      async throws
    {
      try await withOwnerScene { scene in
        let nginx = try await Nginx(scene)
        let tracer = try await scene.trace(
          policy("all", events: "net_packet_tcp", "data.src=\(scene.network.ipv4)"),
          policy("worker", scope: "uid=65534", events: "net_packet_http_request"))
        for _ in 1...2 {
          let url = "http://\(scene.here):8080/"
          let text = try await scene.network.right.run("curl", "-s", url)
          #expect(text == "hello\n")
          try await scene.network.left.closesConnections()
        }
        let trace = try await tracer.stop()

        let segments = trace.events.filter { $0.name == "net_packet_tcp" && $0.local == scene.here }
        let ports = segments.filter { $0.flags == "S" }.compactMap(\.sourcePort)
        try #require(ports.count == 2)
        let connections = ports.map { port in
          segments.filter { $0.sourcePort == port || $0.destinationPort == port }
        }
        for event in connections[1] {
          #expect(event.shown == nginx.worker, "\(event.ownerSummary)")
        }
        // Of the first, what came before the worker had accepted is the master's.
        let answer = connections[0].firstIndex { $0.leaves && $0.flags == "P." } ?? 0
        for event in connections[0][answer...] {
          #expect(event.shown == nginx.worker, "\(event.ownerSummary)")
        }
        let requests = trace.events.filter { $0.name == "net_packet_http_request" }
        #expect(requests.contains { $0.sourcePort == ports[1] }, "\(trace.ownerSummary)")
      }
    }
  }
}

/// What a server and its clients did, one step after the other, and what was seen of it at the server's end.
private struct Play {
  let master: ShownOwner
  let worker: ShownOwner
  let trace: Trace
  /// The segments at the server's end, for each connection.
  let connections: [[TracedEvent]]

  init(_ scene: OwnerScene, _ way: String, connections count: Int) async throws {
    let (left, right) = (scene.network.left, scene.network.right)
    let server = try scene.start(
      "serve", way, scene.here, "7000", "33", "\(count)", on: left, input: .open)
    let id = UInt64(try await server.line(startingWith: "worker ")) ?? 0
    try await left.listens(on: 7000)
    let all = ["data.src=\(scene.network.ipv4)"]
    let tracer = try await scene.trace(
      EndToEnd.policy("all", events: "net_packet_tcp", all),
      EndToEnd.policy("master", scope: "comm=master", events: "net_packet_tcp", all),
      EndToEnd.policy("worker", scope: "comm=worker", events: "net_packet_tcp", all))
    for number in 1...count {
      let client = try scene.start(
        "request", way == "mptcp" ? way : "tcp", scene.here, "7000", "client", "0", on: right,
        input: .open)
      _ = try await client.line(startingWith: "connected")
      _ = try await server.line(startingWith: "accepted \(number)")
      try client.write("ask\n")
      _ = try await client.line(startingWith: "asked")
      try await eventually("arrival of request \(number)", instead: { server.errorText }) {
        let requests = try tracer.events().filter {
          !$0.leaves && $0.local == scene.here && $0.flags.contains("P")
        }
        return requests.count >= number
      }
      try server.write("read\n")
      let ending = try await client.end()
      guard ending == .exited(0) else { throw TracerFault(client.errorText + server.errorText) }
      try await left.closesConnections()
    }
    try await server.end()
    if way == "mptcp" { try await KernelFeatures.expectMPTCP(on: left) }
    trace = try await tracer.stop()
    master = ShownOwner("master", user: 0, server)
    worker = ShownOwner("worker", user: 33, id)

    let own = trace.eventsOfSockets.filter { $0.local == scene.here }
    let ports = own.filter { $0.flags == "S" }.compactMap(\.sourcePort)
    guard ports.count == count else { throw TracerFault("connections of \(ports)") }
    connections = ports.map { port in
      own.filter { $0.sourcePort == port || $0.destinationPort == port }
    }
  }
}

/// An nginx with one worker, which is nobody's.
private struct Nginx {
  let worker: ShownOwner

  init(_ scene: OwnerScene) async throws {
    let folder = try scene.stage.folder()
    let configuration = """
      daemon off; worker_processes 1; user nobody nogroup; pid \(folder)/pid; error_log stderr;
      events {}
      http {
        access_log off; client_body_temp_path \(folder)/body; proxy_temp_path \(folder)/proxy;
        fastcgi_temp_path \(folder)/1; uwsgi_temp_path \(folder)/2; scgi_temp_path \(folder)/3;
        server { listen \(scene.here):8080; location / { return 200 "hello\\n"; } }
      }
      """
    let file = try scene.stage.folder(["nginx.conf": configuration]) + "/nginx.conf"
    let master = try scene.start(
      "-p", folder, "-e", "stderr", "-c", file, on: scene.network.left, program: "nginx")
    try await scene.network.left.listens(on: 8080)
    var workers: [UInt64] = []
    try await eventually("nginx's worker", instead: { master.errorText }) {
      let children = "/proc/\(master.id)/task/\(master.id)/children"
      workers = try String(contentsOfFile: children, encoding: .utf8).split(separator: " ")
        .compactMap { UInt64($0) }
      return workers.count == 1
    }
    worker = ShownOwner("nginx", user: 65534, workers[0])
  }
}
