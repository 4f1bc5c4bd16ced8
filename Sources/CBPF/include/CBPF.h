#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "tp_event.h"

/// The BPF object that this build compiled, in the read-only data of the executable.
const void *_Nonnull tp_bpf_object(size_t *_Nonnull length);

/// Makes libbpf keep what it says instead of printing it. The last few kilobytes are kept, for each thread its own.
void tp_capture_log(void);
/// What libbpf said since, the oldest first; ends with NUL.
const char *_Nonnull tp_captured_log(void);
/// The number of CPUs that the kernel can have, which is the count of values in a per-CPU element; at least 1.
int tp_possible_cpus(void);

/// A descriptor that becomes readable on SIGINT, SIGTERM, SIGHUP and SIGUSR1, which then do nothing else to the
/// process. SIGPIPE is ignored from then on. -1 with errno on failure.
int tp_take_signals(void);
/// The number of the next signal that has come, 0 when there is none.
int tp_next_signal(int descriptor);

/// Writes to a pipe that others may share, whatever its flags: as many bytes as there is room for, -1 with EAGAIN for none.
long tp_write_now(int descriptor, const void *_Nullable bytes, size_t length);

/// What the running kernel lets programs be attached to.
struct tp_kernel_hooks {
  /// A tracepoint after each call that received (Linux 6.3).
  bool has_receive_tracepoint;
  /// A tracepoint for what is given to a connection of TCP to send (Linux 6.15).
  bool has_send_tracepoint;
  /// Programs may run when a function of the kernel returns (CONFIG_FUNCTION_TRACER with trampolines).
  bool follows_returns;
  /// Programs may read what others keep for another processor (Linux 5.19; they may loop by a call since 5.17).
  bool reads_other_processors;
  /// The number of arguments of `inet_csk_accept`: 4, and 2 since Linux 6.10; -1 when it has another name.
  int accept_arguments;
  /// The kernel's number of `struct task_struct`; 0 where programs cannot give a pointer a type (Linux 6.2).
  uint32_t task_type;
};

/// Finds out what the running kernel lets programs be attached to, and keeps its types that ``tp_types_path`` is for; false
/// with errno when its types cannot be read.
bool tp_probe_kernel(struct tp_kernel_hooks *_Nonnull hooks);

/// The path of a file with those of the kernel's types that the programs name, in which libbpf finds them much sooner than
/// among all; NULL when there is none, before ``tp_probe_kernel`` or because it could not be made. The path is the process's own.
const char *_Nullable tp_types_path(void);

/// The kernel's version of Landlock, at least 1; -1 with errno when there is none (ENOSYS) or it is switched off (EOPNOTSUPP).
int tp_landlock_version(void);
/// A new ruleset that forbids some accesses, LANDLOCK_ACCESS_FS_…, LANDLOCK_ACCESS_NET_…, LANDLOCK_SCOPE_…, where no rule
/// allows them; -1 with errno.
int tp_landlock_forbid(uint64_t files, uint64_t net, uint64_t scopes);
/// Allows accesses of files at and below an open path; 0, or -1 with errno.
int tp_landlock_allow(int rules, int path, uint64_t files);
/// Holds the calling thread, and those that it starts later, to a ruleset; 0, or -1 with errno.
int tp_landlock_enforce(int rules);

/// What the calling thread may do, a bit for each CAP_…; 0, or -1 with errno.
int tp_capabilities(uint64_t *_Nonnull effective, uint64_t *_Nonnull permitted);
/// Sets what the calling thread may do, and what it can still make effective; 0, or -1 with errno.
int tp_set_capabilities(uint64_t effective, uint64_t permitted);
/// Keeps programs that the calling thread executes from getting other capabilities than these, as far as it may; 0, or -1 with errno.
int tp_bound_capabilities(uint64_t kept);
/// No program that the calling thread, or one that it starts later, executes gets more privileges; 0, or -1 with errno.
int tp_no_new_privileges(void);
