// SPDX-License-Identifier: Apache-2.0

#pragma once
#include <stdint.h>
#include <stddef.h>

/// A descriptor that becomes readable on SIGINT, SIGTERM, SIGHUP and SIGUSR1, which then do nothing else to the
/// process. SIGPIPE is ignored from then on. -1 with errno on failure.
int tp_take_signals(void);
/// The number of the next signal that has come, 0 when there is none.
int tp_next_signal(int descriptor);

/// Has the processor fetch memory that is used soon; any address will do.
static inline void tp_prefetch(const void *_Nullable address) { __builtin_prefetch(address); }

/// Writes to a pipe that others may share, whatever its flags: as many bytes as there is room for, -1 with EAGAIN for none.
long tp_write_now(int descriptor, const void *_Nullable bytes, size_t length);

/// A file of memory with these bytes, which nobody can change any more; -1 with errno.
int tp_sealed_memory(const void *_Nullable bytes, size_t length);
/// Sends a descriptor, and nothing else, over a unix socket, without waiting; 0, or -1 with errno.
int tp_send_descriptor(int socket, int descriptor);

/// The kernel's version of Landlock, at least 1; -1 with errno when there is none (ENOSYS) or it is switched off (EOPNOTSUPP).
int tp_landlock_version(void);
/// A new ruleset that forbids some accesses, LANDLOCK_ACCESS_FS_…, LANDLOCK_ACCESS_NET_…, LANDLOCK_SCOPE_…, where no rule
/// allows them; -1 with errno.
int tp_landlock_forbid(uint64_t files, uint64_t net, uint64_t scopes);
/// Allows accesses of files at and below an open path; 0, or -1 with errno.
int tp_landlock_allow(int rules, int path, uint64_t files);
/// Allows connections of TCP to a port; 0, or -1 with errno. It needs version 4.
int tp_landlock_allow_port(int rules, uint16_t port);
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

/// What a nursery tells of the program that it starts.
enum tp_child_kind {
  /// It was started: `number` is its process, `input` and `output` its pipes, which do not block.
  TP_CHILD_STARTED = 1,
  /// It has ended: `number` is its status, as waitpid(2) has it.
  TP_CHILD_ENDED = 2,
  /// It could not be started: `number` is the error.
  TP_CHILD_REFUSED = 3,
};

struct tp_child {
  int32_t kind;
  int32_t number;
  /// What is written here the program reads; -1 unless it was started.
  int32_t input;
  /// What the program writes is read here; -1 unless it was started.
  int32_t output;
};

/// Makes a process that starts a program whenever an `s` is sent to it, and kills it for a `k`, and when `control` is closed
/// or its maker dies. It and the program have no privileges and, if its maker is root, the user and group. Its process,
/// or -1 with errno. Only for a process with one thread.
int tp_start_nursery(
    const char *_Nonnull program, unsigned user, unsigned group, int *_Nonnull control);
/// Takes what a nursery tells next: 1, 0 when there is nothing, -1 when it is gone.
int tp_next_child(int control, struct tp_child *_Nonnull child);
