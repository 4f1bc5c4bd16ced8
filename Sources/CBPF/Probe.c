// SPDX-License-Identifier: Apache-2.0

#include "CBPF.h"
#include "Types.h"

#include <bpf/btf.h>
#include <linux/bpf.h>
#include <unistd.h>

/* The number of arguments of a function of the kernel; -1 when it has no such function. */
static int arguments_of(const struct btf *types, const char *name) {
  int id = btf__find_by_name_kind(types, name, BTF_KIND_FUNC);
  const struct btf_type *function = id > 0 ? btf__type_by_id(types, (__u32)id) : NULL;
  const struct btf_type *prototype = function ? btf__type_by_id(types, function->type) : NULL;
  return prototype ? btf_vlen(prototype) : -1;
}

static bool has_function(const struct btf *types, const char *name) {
  return btf__find_by_name_kind(types, name, BTF_KIND_FUNC) > 0;
}

/* The number of `struct task_struct`; 0 where programs cannot give a pointer a type. */
static __u32 task_type(const struct btf *types) {
  int id = tp_cast_function(types) ? btf__find_by_name_kind(types, "task_struct", BTF_KIND_STRUCT) : 0;
  return id > 0 ? (__u32)id : 0;
}

/* Whether a program that does nothing may be attached to the end of a function. It is not. */
static bool follows_returns(const struct btf *types, const char *name) {
  struct bpf_insn nothing[] = {
    {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
    {.code = BPF_JMP | BPF_EXIT},
  };
  int id = btf__find_by_name_kind(types, name, BTF_KIND_FUNC);
  if (id <= 0) return false;
  LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_FEXIT, .attach_btf_id = (__u32)id);
  int program = bpf_prog_load(BPF_PROG_TYPE_TRACING, "tp_probe", "GPL", nothing, 2, &options);
  if (program < 0) return false;
  close(program);
  return true;
}

bool tp_probe_kernel(struct tp_kernel_hooks *hooks) {
  struct btf *types = btf__load_vmlinux_btf();
  if (!types) return false;
  *hooks = (struct tp_kernel_hooks){
    .has_receive_tracepoint = btf__find_by_name_kind(types, "btf_trace_sock_recv_length", BTF_KIND_TYPEDEF) > 0,
    .has_send_tracepoint = btf__find_by_name_kind(types, "btf_trace_tcp_sendmsg_locked", BTF_KIND_TYPEDEF) > 0,
    .accept_arguments = arguments_of(types, "inet_csk_accept"),
    .follows_returns = follows_returns(types, "inet_csk_accept"),
    .reads_other_processors = has_function(types, "bpf_map_lookup_percpu_elem"),
    .task_type = task_type(types),
  };
  tp_keep_types(types);
  btf__free(types);
  return true;
}
