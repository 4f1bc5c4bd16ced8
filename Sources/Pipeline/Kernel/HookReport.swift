// SPDX-License-Identifier: Apache-2.0

/// Where the programs get to know something, and what it costs when the kernel has no better place.
public struct HookReport: Equatable, Sendable {
  /// What is got to know there, in a few words.
  public var name: String
  /// The hook that is used, as bpf sections name it; nil when there is none, and nothing does its work.
  public var used: String?
  /// Whether that is a fallback, because the kernel has not got the best hook.
  public var isFallback: Bool
  /// What the absence of the best hook costs, in one sentence without a full stop.
  public var absence: String

  /// Creates the report on one hook.
  public init(_ name: String, used: String?, isFallback: Bool = false, absence: String) {
    self.name = name
    self.used = used
    self.isFallback = isFallback
    self.absence = absence
  }
}

extension HookReport {
  /// All hooks of the programs, as the running kernel has them; empty when that cannot be found out.
  public static var all: [HookReport] { (try? Hooks())?.reports ?? [] }

  /// The hook in a few words, as the ready line names a fallback.
  public var words: String { "\(name) by \(used ?? "nothing")" }
}

extension Hooks {
  /// What each hook is for, and what is used of it.
  var reports: [HookReport] {
    [
      HookReport(
        "packets that arrive", used: "cgroup_skb/ingress",
        absence: "without it no packet that arrives is seen"),
      HookReport(
        "packets that leave, and who sends them", used: "cgroup_skb/egress",
        absence: "without it no packet that leaves is seen, and who sends is not known"),
      HookReport(
        "who makes a socket", used: "cgroup/sock_create",
        absence: "without it a socket is nobody's until it is used"),
      receivers, senders, accepters,
      HookReport(
        "sockets that are older than the tracer", used: "iter/task_file",
        absence: "without it they are nobody's until they are used"),
      HookReport(
        "cgroups and containers that begin", used: "tp_btf/cgroup_mkdir",
        absence: "without it the containers of later cgroups are not known"),
      HookReport(
        "cgroups that end", used: "tp_btf/cgroup_rmdir",
        absence: "without it the table of cgroups fills up"),
      HookReport(
        "programs that are executed", used: "tp_btf/sched_process_exec",
        absence: "without it no container is known to have started, and no process to be new"),
      HookReport(
        "processes that fork", used: "tp_btf/sched_process_fork",
        absence: "without it a process can name another executable than its own"),
      HookReport(
        "processes that end", used: "tp_btf/sched_process_exit",
        absence: "without it the table of processes fills up"),
    ]
  }

  private var receivers: HookReport {
    let absence = "without it a socket that was passed on stays its old owner's until it sends"
    return switch receiving {
    case .tracepoint:
      HookReport("who receives", used: "tp_btf/sock_recv_length", absence: absence)
    case .returning:
      HookReport(
        "who receives", used: "fexit/inet_recvmsg", isFallback: true,
        absence: "before Linux 6.3 there is no sock_recv_length; this one does the same")
    case .unnoticed: HookReport("who receives", used: nil, absence: absence)
    }
  }

  private var senders: HookReport {
    let absence = "without it what a connection sends later, by itself, is its former owner's"
    return switch sending {
    case .tracepoint:
      HookReport("who sends later", used: "tp_btf/tcp_sendmsg_locked", absence: absence)
    case .returning:
      HookReport(
        "who sends later", used: "fexit/tcp_sendmsg", isFallback: true,
        absence: "before Linux 6.15 there is no tcp_sendmsg_locked; this one does the same")
    case .unnoticed: HookReport("who sends later", used: nil, absence: absence)
    }
  }

  private var accepters: HookReport {
    switch accepting {
    case .returning:
      HookReport(
        "who accepts", used: "fexit/inet_csk_accept",
        absence: "without it a connection stays its listener's until it is used")
    case .byName:
      HookReport(
        "who accepts", used: "cgroup/getpeername", isFallback: true,
        absence:
          "this kernel does not let programs follow its functions, so who accepts without asking for the peer's "
          + "address owns the connection from its first use on")
    }
  }
}
