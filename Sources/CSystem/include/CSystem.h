// SPDX-License-Identifier: Apache-2.0

#pragma once
#include <stdint.h>
#include <stddef.h>

/// A descriptor that becomes readable on SIGINT, SIGTERM, SIGHUP and SIGUSR1, which then do nothing else to the
/// process. SIGPIPE is ignored from then on. -1 with errno on failure.
int tp_take_signals(void);
/// The number of the next signal that has come, 0 when there is none.
int tp_next_signal(int descriptor);

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
