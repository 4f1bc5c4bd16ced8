// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  @Suite struct Owners {
    @Test(.enabled(if: Machine.has("nc"), "needs nc"))
    func `a connection that is older than the tracer has its owners at once`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let (here, there) = (network.left.ipv4, network.right.ipv4)
        let server = try stage.start("nc", "-l", here, "7000", on: network.left, input: .open)
        try await network.left.listens(on: 7000)
        let client = try stage.start("nc", here, "7000", on: network.right, input: .open)
        try client.write("before\n")
        _ = try await server.line(startingWith: "before")

        let tracer = try await stage.trace(everything(in: network, events: "net_packet_tcp"))
        try client.write("there\n")
        _ = try await server.line(startingWith: "there")
        try server.write("back\n")
        _ = try await client.line(startingWith: "back")
        let trace = try await tracer.stop()

        expectOwners(trace, [here: Peer("nc", server), there: Peer("nc", client)])
        #expect(Array(trace.flags(from: there, leaving: true).prefix(1)) == ["P."])
        #expect(trace.flags(from: here, leaving: true).contains("P."))
      }
    }

    @Test(.enabled(if: Machine.has("python3", "bash"), "needs python3 and bash"))
    func `whoever sends on an inherited socket owns what it sends, from the first packet`()
      async throws
    {
      // The length of a datagram tells who sent it.
      let script = """
        import os, socket, sys
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.connect((sys.argv[1], 7000))
        s.send(b"1")
        print("parent", os.getpid(), flush=True)
        child = os.fork()
        if child == 0:
            s.send(b"22")
            os.set_inheritable(s.fileno(), True)
            os.execlp("bash", "bash", "-c", f"printf 333 >&{s.fileno()}; kill -STOP $$")
        print("child", child, flush=True)
        os.waitpid(child, os.WUNTRACED)
        s.send(b"4444")
        os.kill(child, 9)
        os.waitpid(child, 0)
        s.send(b"55555")
        """
      try await withStage { stage in
        let network = try await stage.network()
        let (here, there) = (network.left.ipv4, network.right.ipv4)
        let server = try stage.start("nc", "-u", "-l", here, "7000", on: network.left)
        try await network.left.listens(udp: true, on: 7000)
        let tracer = try await stage.trace(everything(in: network, events: "net_packet_udp"))
        let client = try stage.start("python3", "-c", script, here, on: network.right)
        #expect(try await client.end() == .exited(0), "\(client.errorText)")
        let trace = try await tracer.stop()

        let parent = Peer("python3", client)
        let child = UInt64(try await client.line(startingWith: "child ")) ?? 0
        #expect(
          senders(in: trace, from: there) == [
            1: parent, 2: Peer("python3", child), 3: Peer("bash", child), 4: parent, 5: parent,
          ], "\(trace.summary)")
        #expect(server.ending == nil)
      }
    }

    @Test(.enabled(if: Machine.has("python3"), "needs python3"))
    func `a socket that is passed on belongs to whoever used it last`() async throws {
      let giver = """
        import os, socket, sys
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.connect((sys.argv[1], 7000))
        s.send(b"1")
        link = socket.socket(socket.AF_UNIX)
        link.connect(sys.argv[2])
        socket.send_fds(link, [b"socket"], [s.fileno()])
        link.recv(1)
        s.send(b"333")
        """
      let taker = """
        import socket, sys
        door = socket.socket(socket.AF_UNIX)
        door.bind(sys.argv[1])
        door.listen()
        print("open", flush=True)
        link, _ = door.accept()
        _, [fd], _, _ = socket.recv_fds(link, 16, 1)
        s = socket.socket(fileno=fd)
        s.send(b"22")
        link.send(b"!")
        link.recv(1)
        s.send(b"4444")
        """
      try await withStage { stage in
        let network = try await stage.network()
        let (here, there) = (network.left.ipv4, network.right.ipv4)
        let door = try stage.folder() + "/door"
        let server = try stage.start("nc", "-u", "-l", here, "7000", on: network.left)
        try await network.left.listens(udp: true, on: 7000)
        let tracer = try await stage.trace(everything(in: network, events: "net_packet_udp"))
        let second = try stage.start("python3", "-c", taker, door)
        _ = try await second.line(startingWith: "open")
        let first = try stage.start("python3", "-c", giver, here, door, on: network.right)
        for process in [first, second] {
          #expect(try await process.end() == .exited(0), "\(process.errorText)")
        }
        let trace = try await tracer.stop()

        let (one, two) = (Peer("python3", first), Peer("python3", second))
        #expect(
          senders(in: trace, from: there) == [1: one, 2: two, 3: one, 4: two],
          "\(trace.summary)")
        #expect(server.ending == nil)
      }
    }

    @Test(.enabled(if: Machine.has("python3"), "needs python3"))
    func `what a dead process left unsent is still its own`() async throws {
      // The reader's window is small and closed until it is told to read, so most is sent after the writer's death.
      let reader = """
        import socket, sys
        door = socket.socket()
        door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        door.bind((sys.argv[1], 7000))
        door.listen()
        s, _ = door.accept()
        sys.stdin.readline()
        count = 0
        while data := s.recv(65536): count += len(data)
        print("received", count, flush=True)
        sys.stdin.readline()
        """
      let writer = """
        import os, socket, sys
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        s.connect((sys.argv[1], 7000))
        s.send(b"x" * 200_000)
        os.kill(os.getpid(), 9)
        """
      try await withStage { stage in
        let network = try await stage.network()
        let (here, there) = (network.left.ipv4, network.right.ipv4)
        let server = try stage.start(
          "python3", "-c", reader, here, on: network.left, input: .open)
        try await network.left.listens(on: 7000)
        let tracer = try await stage.trace(everything(in: network, events: "net_packet_tcp"))
        let client = try stage.start("python3", "-c", writer, here, on: network.right)
        #expect(try await client.end() == .signalled(SIGKILL), "\(client.errorText)")
        try await tracer.event("the writer's data") { $0.leaves && $0.flags.contains("P") }
        let death = try #require(try tracer.events().map(\.timestamp).max())
        try server.write("read\n")
        #expect(try await server.line(startingWith: "received ") == "200000")
        let trace = try await tracer.stop()

        let late = trace.events.filter { $0.leaves && $0.source == there && $0.timestamp > death }
        #expect(late.count > 1)
        #expect(late.contains { $0.flags.contains("F") })
        expectOwners(trace, [here: Peer("python3", server), there: Peer("python3", client)])
      }
    }

    @Test(.enabled(if: Machine.has("python3"), "needs python3"))
    func `what the kernel answers for a closed connection is nobody's, if it is seen at all`()
      async throws
    {
      // The client closes first and is gone; the server's end comes later, and the kernel alone answers it.
      let server = """
        import socket, sys
        door = socket.create_server((sys.argv[1], 7000))
        s, _ = door.accept()
        while s.recv(100): pass
        print("end", flush=True)
        sys.stdin.readline()
        s.close()
        """
      try await withStage { stage in
        let network = try await stage.network()
        let (here, there) = (network.left.ipv4, network.right.ipv4)
        let server = try stage.start("python3", "-c", server, here, on: network.left, input: .open)
        try await network.left.listens(on: 7000)
        let wire = try await WireCapture(stage, on: network.left, "tcp")
        let tracer = try await stage.trace(everything(in: network, events: "net_packet_tcp"))
        let client = try stage.start(
          "python3", "-c", "import socket, sys; socket.create_connection((sys.argv[1], 7000))",
          here, on: network.right)
        #expect(try await client.end() == .exited(0), "\(client.errorText)")
        _ = try await server.line(startingWith: "end")
        try server.write("close\n")
        try await server.end()
        try await network.left.closesConnections()
        let flags = try await wire.flags()
        let trace = try await tracer.stop()

        #expect(flags(there) == ["S", ".", "F.", "."])
        #expect(trace.flags(from: here, leaving: true) == flags(here))
        let seen = trace.flags(from: there, leaving: true)
        #expect([["S", ".", "F."], ["S", ".", "F.", "."]].contains(seen), "\(trace.summary)")
        expectOwners(trace, [here: Peer("python3", server), there: Peer("python3", client)])
      }
    }

    @Test(.enabled(if: Machine.has("nc", "python3"), "needs nc and python3"))
    func `what is sent when a process ends has all that was known of it`() async throws {
      // It closes nothing: the kernel does, when the process has neither memory nor namespaces any more.
      let script = """
        import os, socket, sys
        s = socket.create_connection((sys.argv[1], 7000))
        s.send(b"x")
        os._exit(0)
        """
      try await withStage { stage in
        let network = try await stage.network()
        let (here, there) = (network.left.ipv4, network.right.ipv4)
        _ = try stage.start("nc", "-l", here, "7000", on: network.left)
        try await network.left.listens(on: 7000)
        let name = "import os; print(os.readlink('/proc/self/exe'), end='')"
        let executable = try await run("python3", "-c", name)
        let source = "data.src=\(network.ipv4)"
        let tracer = try await stage.trace(
          policy("all", events: "net_packet_tcp", source),
          policy("it", scope: "executable=\(executable)", events: "net_packet_tcp", source))
        let client = try stage.start("python3", "-c", script, here, on: network.right)
        try await client.end()
        try await network.left.closesConnections()
        try await network.right.closesConnections()
        let trace = try await tracer.stop()

        let own = trace.eventsOfSockets.filter { $0.local == there }
        #expect(own.contains { $0.leaves && $0.flags.contains("F") }, "\(trace.summary)")
        for event in own {
          #expect(event.owner == Peer("python3", client), "\(event.summary)")
          #expect(event.matchedPolicies == ["all", "it"], "\(event.summary)")
          for key in ["mountNamespace", "hostName"] {
            #expect(event.json[key] == own[0].json[key], "\(event.summary)")
          }
        }
      }
    }

    @Test(.enabled(if: Machine.has("nginx", "curl"), "needs nginx and curl"))
    func `what a worker answers is the worker's, though its master opened the door`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let here = network.left.ipv4
        let folder = try stage.folder()
        let configuration = """
          daemon off; worker_processes 1; pid \(folder)/pid; error_log stderr; events {}
          http {
            access_log off; client_body_temp_path \(folder)/body; proxy_temp_path \(folder)/proxy;
            fastcgi_temp_path \(folder)/1; uwsgi_temp_path \(folder)/2; scgi_temp_path \(folder)/3;
            server { listen \(here):8080; location / { return 200 "hello\\n"; } }
          }
          """
        let file = try stage.folder(["nginx.conf": configuration]) + "/nginx.conf"
        let master = try stage.start(
          "nginx", "-p", folder, "-e", "stderr", "-c", file, on: network.left)
        try await network.left.listens(on: 8080)
        var workers: [UInt64] = []
        try await eventually("nginx's worker", instead: { master.errorText }) {
          let children = "/proc/\(master.id)/task/\(master.id)/children"
          workers = try String(contentsOfFile: children, encoding: .utf8).split(separator: " ")
            .compactMap { UInt64($0) }
          return workers.count == 1
        }
        let tracer = try await stage.trace(everything(in: network, events: "net_packet_tcp"))
        let client = try stage.start("curl", "-s", "http://\(here):8080/", on: network.right)
        try await client.end()
        try await network.left.closesConnections()
        try await network.right.closesConnections()
        let trace = try await tracer.stop()

        #expect(client.outputText == "hello\n")
        let worker = Peer("nginx", workers[0])
        for event in trace.eventsOfSockets {
          let owners =
            event.local == here ? [Peer("nginx", master), worker] : [Peer("curl", client)]
          #expect(owners.contains(event.owner), "\(event.summary)")
        }
        let answers = trace.events.filter { $0.leaves && $0.source == here && $0.flags == "P." }
        #expect(!answers.isEmpty)
        #expect(answers.allSatisfy { $0.owner == worker }, "\(trace.summary)")
      }
    }

    /// Who sent the datagrams from an address, by the length of what they carry.
    private func senders(in trace: Trace, from address: String) -> [UInt64: Peer] {
      let sent = trace.events.filter { $0.leaves && $0.source == address }
      let pairs = sent.map { event in
        ((event.arguments["proto_udp"]?["length"]?.unsigned ?? 8) - 8, event.owner)
      }
      return Dictionary(pairs) { _, _ in Peer("seen twice", 0) }
    }
  }
}
