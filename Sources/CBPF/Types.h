// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <bpf/btf.h>

/* Keeps those of the kernel's types that the programs name, for `tp_types_path`. Where that cannot be done, nothing is kept. */
void tp_keep_types(const struct btf *kernel);

/* The number of the kernel's function that gives a pointer a type; 0: it has none. */
__u32 tp_cast_function(const struct btf *kernel);
