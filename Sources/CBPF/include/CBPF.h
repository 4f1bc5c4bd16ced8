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
};

/// Finds out what the running kernel lets programs be attached to; false with errno when its types cannot be read.
bool tp_probe_kernel(struct tp_kernel_hooks *_Nonnull hooks);
