// SPDX-License-Identifier: Apache-2.0

import CBPF
import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// What comes and goes on a machine leaves nothing behind in the kernel.
  @Suite(
    .enabled(if: Machine.has("python3"), "needs python3"),
    .enabled(if: ControlGroup.root != nil, "needs cgroup v2"))
  struct Leaks {
    /// Does what each line of its input says: `pass THING COUNT ORDER` makes so many, ends each, and then names the order;
    /// `hold THING COUNT ORDER` keeps them until the next line.
    private static let maker = """
      import os, signal, socket, sys
      listener = socket.create_server(("127.0.0.1", 0), backlog=64)
      folder, number = sys.argv[1], 0

      def connection():
        one = socket.create_connection(listener.getsockname())
        other, _ = listener.accept()
        return lambda: (one.close(), other.close())

      def process():
        child = os.fork()
        if child == 0:
          try:
            signal.pause() if holding else None
          finally:
            os._exit(0)
        return lambda: (os.kill(child, signal.SIGKILL), os.waitpid(child, 0))

      def group():
        global number
        number += 1
        path = "%s/%d" % (folder, number)
        os.mkdir(path)
        return lambda: os.rmdir(path)

      makers = {"connections": connection, "processes": process, "groups": group}
      for line in sys.stdin:
        verb, thing, count, order = line.split()
        holding = verb == "hold"
        # Not one by one: a parent that waits for each child waits for the scheduler each time.
        step = int(count) if holding else 50
        for _ in range(0, int(count), step):
          held = [makers[thing]() for _ in range(step)]
          if holding:
            sys.stdin.readline()
          for end in held: end()
        print("ended", order, flush=True)
      """

    /// Others on the machine have sockets, processes and cgroups that come and go.
    private static let others = 150

    @Test(.timeLimit(.minutes(2)))
    func `ten thousand connections, processes and cgroups leave nothing`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        try await run("ip", "-netns", network.right.name, "link", "set", "lo", "up")
        let group = try stage.make(stage.plannedGroup())
        let maker = try stage.start(
          "python3", "-I", "-S", "-u", "-c", Self.maker, group.directory, on: network.right,
          input: .open)
        let tracer = try await stage.trace(
          policy("family", scope: "tree=\(maker.id)", events: "net_packet_udp", "data.dst_port=9"),
          policy(
            "followers", scope: "follow\", \"pid=\(maker.id)", events: "net_packet_tcp",
            "data.dst_port=9"),
          policy("group", scope: "comm=nobody", events: "net_packet_tcp", "data.dst_port=9"))
        let kernel = try TracerMemory(of: tracer.process.id)

        func pass(_ thing: String, order: String) async throws {
          try maker.write("pass \(thing) 10000 \(order)\n")
          _ = try await maker.line(startingWith: "ended \(order)", within: .seconds(60))
        }
        let before = try kernel.now()
        for (thing, size) in [
          ("connections", \TracerMemory.Sizes.sockets), ("processes", \.images),
          ("processes", \.descents), ("groups", \.groups),
        ] {
          let start = try kernel.now()
          try maker.write("hold \(thing) 300 hold\n")
          try await eventually("300 \(thing)", instead: { "\(start)\n\(maker.errorText)" }) {
            try kernel.now()[keyPath: size] >= start[keyPath: size] + 300 - Self.others
          }
          try maker.write("\n")
        }
        for thing in ["connections", "processes", "groups"] {
          try await pass(thing, order: thing)
        }

        var after = before
        func told() -> String { "\(before)\nbefore, and then\n\(after)" }
        try await eventually("a kernel as before", instead: told) {
          after = try kernel.now()
          return after.sockets <= before.sockets + Self.others
            && after.images <= before.images + Self.others
            && after.objects == before.objects && after.descriptors == before.descriptors
            && after.memory <= before.memory + Self.others * 4096
        }

        // Cgroups that were removed stay known until as many others were as the queue has room for, and no longer.
        #expect(after.groups <= before.groups + kernel.groupRoom + Self.others)
        #expect(after.groups >= kernel.groupRoom && kernel.groupRoom > 0)

        // Ancestors stay until as many others have exited as the queue has room for, and no longer.
        #expect(after.descents > before.descents + 10_000)
        try await pass("processes", order: "again")
        try await eventually("no more ancestors than there is room for", instead: told) {
          after = try kernel.now()
          return after.descents <= before.descents + kernel.room + Self.others
        }
        #expect(after.descents >= kernel.room)
        #expect(after.objects == before.objects && after.descriptors == before.descriptors)

        let trace = try await tracer.stop()
        #expect(trace.ledger.lost == 0)
      }
    }
  }
}
