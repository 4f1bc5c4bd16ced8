// SPDX-License-Identifier: Apache-2.0

#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "tp_tables.h"

/// The BPF object that this build compiled, in the read-only data of the executable.
const void *_Nonnull tp_bpf_object(size_t *_Nonnull length);

/// Opens it, for the kernel that ``tp_probe_kernel`` found; NULL with errno.
struct bpf_object *_Nullable tp_open_object(const struct bpf_object_open_opts *_Nonnull options);

/// Makes libbpf keep what it says instead of printing it. The last few kilobytes are kept, for each thread its own.
void tp_capture_log(void);
/// What libbpf said since, the oldest first; ends with NUL.
const char *_Nonnull tp_captured_log(void);
/// The number of CPUs that the kernel can have, which is the count of values in a per-CPU element; at least 1.
int tp_possible_cpus(void);

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
