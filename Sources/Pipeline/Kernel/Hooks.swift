// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
import System

/// The hooks by which the kernel side gets to know whose sockets there are, each as this kernel has it.
struct Hooks: Equatable, Sendable {
  /// How it is noticed that a program received from a socket.
  var receiving = Receiving.tracepoint
  /// How it is noticed that a program gave a connection of TCP something to send, which may leave later.
  var sending = Sending.tracepoint
  /// How it is noticed that a program accepted a connection.
  var accepting = Accepting.byName
  /// The kernel's number of `struct task_struct`; 0 where programs cannot give a pointer a type (Linux 6.2).
  var taskType: UInt32 = 0

  /// How it is noticed that a program received from a socket.
  enum Receiving: Equatable {
    /// By `sock_recv_length` (Linux 6.3).
    case tracepoint
    /// When `inet_recvmsg` or `inet6_recvmsg` returns.
    case returning
    /// Not at all: the kernel has neither.
    case unnoticed
  }

  /// How it is noticed that a program gave a connection of TCP something to send.
  enum Sending: Equatable {
    /// By `tcp_sendmsg_locked` (Linux 6.15).
    case tracepoint
    /// When `tcp_sendmsg` returns.
    case returning
    /// Only while it leaves within the call: the kernel has neither.
    case unnoticed
  }

  /// How it is noticed that a program accepted a connection.
  enum Accepting: Equatable {
    /// When `inet_csk_accept` returns, which has so many arguments: 4, or 2 since Linux 6.10.
    case returning(arguments: Int)
    /// When the call asks for the peer's address; one that does not is noticed when the socket is first used.
    case byName
  }

  /// Finds out what the running kernel has.
  ///
  /// - Throws: when its types cannot be read, or when it cannot run the programs at all.
  init() throws(SystemError) {
    var found = tp_kernel_hooks()
    guard unsafe tp_probe_kernel(&found) else {
      throw SystemError("read the kernel's types", code: errno)
    }
    guard found.reads_other_processors else {
      throw SystemError(
        "run on this kernel",
        advice: "it has no bpf_map_lookup_percpu_elem: this needs Linux 5.19, "
          + "and is tested from 6.1 on")
    }
    taskType = found.task_type
    if !found.has_receive_tracepoint {
      receiving = found.follows_returns ? .returning : .unnoticed
    }
    if !found.has_send_tracepoint {
      sending = found.follows_returns ? .returning : .unnoticed
    }
    if found.follows_returns, [2, 4].contains(found.accept_arguments) {
      accepting = .returning(arguments: Int(found.accept_arguments))
    }
  }

  /// The programs that are attached where their sections say, in order.
  var programs: [String] {
    var programs = [
      "tp_on_cgroup_made", "tp_on_cgroup_removed", "tp_on_exec", "tp_on_image", "tp_on_image_end",
    ]
    switch receiving {
    case .tracepoint: programs.append("tp_on_receive")
    case .returning: programs += ["tp_on_recvmsg", "tp_on_recvmsg6"]
    case .unnoticed: break
    }
    switch sending {
    case .tracepoint: programs.append("tp_on_send")
    case .returning: programs.append("tp_on_sent")
    case .unnoticed: break
    }
    switch accepting {
    case .returning(arguments: 2): programs.append("tp_on_accept")
    case .returning: programs.append("tp_on_accept_of_four")
    case .byName: break
    }
    return programs
  }

  /// The programs that are attached to the cgroup whose packets are traced.
  var cgroupPrograms: [String] {
    ["tp_on_create"] + (accepting == .byName ? ["tp_on_name", "tp_on_name6"] : [])
  }

  /// The iterators that go over what is older than the tracer, in order.
  static let finders = ["tp_find_images", "tp_seed"]

  /// Whether a program of the BPF object is one of these.
  func contains(_ program: String) -> Bool {
    programs.contains(program) || cgroupPrograms.contains(program)
      || Self.finders.contains(program)
  }
}
