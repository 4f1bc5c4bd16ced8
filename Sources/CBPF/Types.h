#pragma once

#include <bpf/btf.h>

/* Keeps those of the kernel's types that the programs name, for `tp_types_path`. Where that cannot be done, nothing is kept. */
void tp_keep_types(const struct btf *kernel);
