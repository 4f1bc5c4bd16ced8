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

  /// Makes a report.
  public init(_ name: String, used: String?, isFallback: Bool = false, absence: String) {
    self.name = name
    self.used = used
    self.isFallback = isFallback
    self.absence = absence
  }

  /// All hooks, as this kernel has them.
  public static var all: [HookReport] {
    [
      HookReport(
        "packets that arrive", used: "cgroup_skb/ingress",
        absence: "without it no packet that arrives is seen"),
      HookReport(
        "packets that leave", used: "cgroup_skb/egress",
        absence: "without it no packet that leaves is seen"),
      HookReport(
        "who makes a socket", used: "cgroup/sock_create",
        absence: "without it a socket is nobody's until it is used"),
      HookReport(
        "who sends", used: "tp_btf/sock_send_length",
        absence: "without it a socket that was passed on stays its old owner's until it receives"),
      HookReport(
        "who receives", used: "tp_btf/sock_recv_length",
        absence: "without it a socket that was passed on stays its old owner's until it sends"),
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
        "processes that fork, for tree and follow", used: "tp_btf/sched_process_fork",
        absence: "without it tree and follow know only the processes that were there before"),
    ]
  }
}
