#pragma once
#include <stddef.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "tp_event.h"

/// The BPF object that this build compiled, in the read-only data of the executable.
const void *_Nonnull tp_bpf_object(size_t *_Nonnull length);
