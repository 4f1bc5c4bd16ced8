// SPDX-License-Identifier: Apache-2.0

import CSeccomp
import Glibc
import System

/// The system calls that a tracer makes; all others fail, and those that only an intruder makes end it.
///
/// It holds for all threads. What is not listed fails with `ENOSYS`, as on a kernel that has no such call, because
/// C libraries then try another one. Source: seccomp(2).
enum SystemCallFilter {
  /// Puts it in force for the process, for good.
  static func enforce(_ network: NetworkAccess) throws(SystemError) {
    guard let filter = unsafe seccomp_init(Action.fail(ENOSYS)) else {
      throw SystemError("make a filter of system calls", code: ENOMEM)
    }
    defer { unsafe seccomp_release(filter) }
    // The calling thread's alone would leave the others free.
    try check(unsafe seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1))
    for name in allowed { try unsafe add(Action.allow, name, [], to: filter) }
    for name in fatal { try unsafe add(Action.kill, name, [], to: filter) }
    for (name, conditions) in restricted + sockets(network) {
      try unsafe add(Action.allow, name, conditions, to: filter)
    }
    try check(unsafe seccomp_load(filter))
  }

  /// A call that this kernel's table does not have is left out.
  @unsafe private static func add(
    _ action: UInt32, _ name: String, _ conditions: [scmp_arg_cmp], to filter: scmp_filter_ctx
  ) throws(SystemError) {
    let number = unsafe seccomp_syscall_resolve_name(name)
    guard number != -1 else { return }
    let count = UInt32(conditions.count)
    try check(unsafe seccomp_rule_add_array(filter, action, number, count, conditions))
  }

  private static func check(_ code: Int32) throws(SystemError) {
    guard code == 0 else { throw SystemError("filter system calls", code: code) }
  }

  /// What the kernel does with a call.
  ///
  /// Source: `seccomp.h` of libseccomp, whose macros Swift does not see.
  private enum Action {
    static let allow: UInt32 = 0x7fff_0000
    static let kill: UInt32 = 0x8000_0000
    static func fail(_ code: Int32) -> UInt32 { 0x0005_0000 | UInt32(code) }
  }

  private static let allowed = words(
    """
    read readv pread64 write writev pwrite64 pwritev2 lseek close close_range fcntl ioctl dup dup2 dup3
    open openat readlink readlinkat getcwd access faccessat faccessat2 stat lstat fstat newfstatat statx
    statfs fstatfs getdents64 memfd_create ftruncate fsync fdatasync rename renameat renameat2 unlink unlinkat
    poll ppoll epoll_create1 epoll_ctl epoll_wait epoll_pwait pipe2 eventfd2 signalfd4
    inotify_init1 inotify_add_watch inotify_rm_watch
    brk munmap mremap madvise mincore memfd_create futex futex_waitv membarrier rseq set_robust_list
    set_tid_address sched_yield sched_getaffinity getcpu exit exit_group
    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigtimedwait sigaltstack restart_syscall tgkill
    clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time getrandom uname sysinfo
    getpid gettid getppid getuid geteuid getgid getegid prlimit64 getrlimit getrusage prctl capget
    bpf connect accept accept4 shutdown send sendto sendmsg recvfrom recvmsg getsockopt setsockopt getsockname
    """)

  /// What makes programs, looks into others, or changes the machine.
  private static let fatal = words(
    """
    execve execveat fork vfork ptrace process_vm_readv process_vm_writev process_madvise pidfd_getfd
    init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff acct
    mount umount2 pivot_root chroot move_mount open_tree fsopen fsmount fsconfig mount_setattr
    setns unshare open_by_handle_at io_uring_setup userfaultfd add_key request_key keyctl
    iopl ioperm modify_ldt setuid setgid setreuid setregid setresuid setresgid setgroups capset
    """)

  private static let restricted: [(name: String, conditions: [scmp_arg_cmp])] = [
    // Threads, and nothing with namespaces of its own: of CLONE_THREAD and CLONE_NEW… only the first.
    ("clone", [masked(argument: 0, 0x7e03_0000, is: 0x0001_0000)]),
    ("mmap", [masked(argument: 2, UInt64(PROT_EXEC), is: 0)]),
    ("mprotect", [masked(argument: 2, UInt64(PROT_EXEC), is: 0)]),
    ("socket", [masked(argument: 0, .max, is: UInt64(AF_UNIX))]),
  ]

  /// The sockets that it makes: those of TCP and UDP only if an output needs them, and never raw ones.
  private static func sockets(
    _ network: NetworkAccess
  ) -> [(name: String, conditions: [scmp_arg_cmp])] {
    let kinds =
      (network.ports.isEmpty ? [] : [SOCK_STREAM]) + (network.sendsDatagrams ? [SOCK_DGRAM] : [])
    return kinds.flatMap { kind in
      [AF_INET, AF_INET6].map { family in
        (
          "socket",
          [
            masked(argument: 0, .max, is: UInt64(family)),
            masked(argument: 1, 0xf, is: UInt64(kind.rawValue)),
          ]
        )
      }
    }
      + (network.wakesBySockets
        ? [("socketpair", [masked(argument: 0, .max, is: UInt64(AF_UNIX))])] : [])
      + (kinds.isEmpty ? [] : [("getpeername", []), ("sendmmsg", []), ("recvmmsg", [])])
  }

  private static func masked(
    argument: UInt32, _ mask: UInt64, is value: UInt64
  ) -> scmp_arg_cmp {
    scmp_arg_cmp(arg: argument, op: SCMP_CMP_MASKED_EQ, datum_a: mask, datum_b: value)
  }

  private static func words(_ text: String) -> [String] {
    text.split { $0 == " " || $0 == "\n" }.map(String.init)
  }
}
