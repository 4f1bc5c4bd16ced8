// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Policy
import TestSupport

/// A process that knows who it is: it reads its own `/proc/self`, says what it found, and sends one packet when it is told to.
struct KnownOwner {
  /// How a process is made.
  struct Part: Sendable {
    /// What it is called in a failed test.
    var title: String
    /// What is put before the interpreter: a user, namespaces.
    var entrance: [String] = []
    /// Its name, which it takes itself; empty to keep the interpreter's.
    var comm = ""
    /// The interpreter, a copy of Python under another path; empty for the usual one.
    var executable = ""
    /// How many times it forks; the last child sends.
    var forks = 0
    /// Whether a thread besides the first sends.
    var isThread = false
    /// Whether its socket is made before it says that it is ready.
    var isSocketEarly = false
    /// Its name of the host; empty to keep it.
    var hostName = ""
    /// Where it runs.
    var group: ControlGroup?
  }

  let part: Part
  let process: ChildProcess
  /// What it says of itself.
  private(set) var owner = Owner()

  /// The interpreter that every part is run by, or copied from.
  static let python = "/usr/bin/python3"

  /// Starts a process; the packet will go to a port of the loopback interface.
  init(_ part: Part, port: UInt16, on stage: Stage) throws {
    self.part = part
    let options = [
      part.comm, "\(part.forks)", part.isThread ? "1" : "", part.isSocketEarly ? "1" : "",
      part.hostName, "\(port)",
    ]
    let interpreter = part.executable.isEmpty ? Self.python : part.executable
    process = try stage.start(
      part.entrance + ["env", "PYTHONHOME=/usr", interpreter, "-S", "-c", Self.script] + options,
      in: part.group, input: .open)
  }

  /// Waits for what it says of itself.
  mutating func introduce(isNew: Bool) async throws {
    let line = try await process.line(startingWith: "ready ")
    let facts = try JSONDecoder().decode(Facts.self, from: Data(line.utf8))
    owner = facts.owner
    owner.isNew = isNew
    var status = stat()
    // Who may not look at the first process runs beside it.
    let isKnown = stat("/proc/1/ns/mnt", &status) == 0 || stat("/proc/self/ns/mnt", &status) == 0
    owner.isInHostMountNamespace = isKnown && UInt32(status.st_ino) == owner.mountNamespace
    owner.cgroupID =
      stat((ControlGroup.root ?? "") + owner.cgroupPath, &status) == 0 ? UInt64(status.st_ino) : 0
    // The test has given such names itself, to cgroups as old as their processes.
    let last = owner.cgroupPath.split(separator: "/").last.map(String.init) ?? ""
    if last.utf8.count == 64 {
      owner.containerID = last
      owner.hasContainerStarted = true
      owner.isContainerNew = isNew
    }
  }

  /// Lets it send, and waits until it has.
  func send() async throws {
    try process.write("go\n")
    _ = try await process.line(startingWith: "sent")
  }

  /// What a process finds out about itself.
  private struct Facts: Decodable {
    var uid, pid, tid, ppid: UInt32
    var innerPid, innerTid, innerPpid: UInt32
    var mnt, pidns, net: UInt32
    var comm, host, exe, cgroup: String
    var ancestors: [UInt32]

    var owner: Owner {
      var owner = Owner()
      owner.userID = uid
      (owner.processID, owner.threadID, owner.parentProcessID) = (pid, tid, ppid)
      owner.namespacedProcessID = innerPid
      owner.namespacedThreadID = innerTid
      owner.namespacedParentProcessID = innerPpid
      (owner.mountNamespace, owner.pidNamespace, owner.netNamespace) = (mnt, pidns, net)
      (owner.comm, owner.hostName, owner.executable) = (comm, host, exe)
      owner.cgroupPath = cgroup
      owner.ancestors = ancestors
      return owner
    }
  }

  /// `/proc` is the host's also for a process in a pid namespace of its own, so it sees both its numbers.
  private static let script = """
    import json, os, socket, sys, threading
    comm, forks, thread, early, host, port = sys.argv[1:]
    if host: socket.sethostname(host)
    for _ in range(int(forks)):
        child = os.fork()
        if child: os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    def status(pid):
        with open("/proc/%s/status" % pid) as file:
            return dict(line.rstrip("\\n").split(":\\t", 1) for line in file if ":\\t" in line)
    def facts():
        def inode(kind): return os.stat("/proc/thread-self/ns/" + kind).st_ino
        place = os.readlink("/proc/thread-self").split("/")
        ancestors = []
        parent = int(status(place[0])["PPid"])
        while parent:
            ancestors.append(parent)
            parent = int(status(parent)["PPid"])
        with open("/proc/thread-self/comm") as file: name = file.read().rstrip("\\n")
        with open("/proc/self/cgroup") as file:
            cgroup = [line[3:].rstrip("\\n") for line in file if line.startswith("0::")][0]
        return dict(
            uid=os.getuid(), pid=int(place[0]), tid=int(place[2]),
            ppid=ancestors[0] if ancestors else 0, innerPid=os.getpid(),
            innerTid=threading.get_native_id(), innerPpid=os.getppid(), mnt=inode("mnt"),
            pidns=inode("pid"), net=inode("net"), comm=name, host=socket.gethostname(),
            exe=os.readlink("/proc/self/exe"), cgroup=cgroup, ancestors=ancestors)
    def make(): return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    def play():
        if comm:
            with open("/proc/thread-self/comm", "w") as file: file.write(comm)
        udp = make() if early else None
        print("ready", json.dumps(facts()), flush=True)
        sys.stdin.readline()
        (udp or make()).sendto(b"x", ("127.0.0.1", int(port)))
        print("sent", flush=True)
        sys.stdin.readline()
    if thread:
        other = threading.Thread(target=play)
        other.start()
        other.join()
    else:
        play()
    """
}
