// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/* Whoever accepts a connection owns it, and from then on its listener, too: the next is likely to be his as well. */
#pragma once

static __always_inline int accept(struct sock *listener, struct sock *sock) {
  if (!sock || !is_inet(sock->__sk_common.skc_family)) return 0;
  let_own(bpf_sk_storage_get(&tp_sockets, sock, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE), sock);
  return let_own(bpf_sk_storage_get(&tp_sockets, listener, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE), listener);
}

/*
 * Where the kernel lets no program see a call return, accepting is noticed when it asks for the peer's address. That shows the
 * accepted socket alone. So each socket keeps the address of the one that a program made, which one that is accepted has from its
 * listener until it is its own. (A cookie would not do: a socket of MPTCP that is accepted has its listener's.)
 */
static __always_inline void note_origin(__u64 *origin, const void *sock) {
  if (!origin) return;
  *(volatile __u64 *)origin = (__u64)sock;
  __u64 address = *(volatile __u64 *)origin;
  bpf_map_delete_elem(&tp_accepters, &address);
}

static __always_inline int accept_by_name(struct bpf_sock_addr *call) {
  struct bpf_sock *sock = call->sk;
  if (!sock || system_call_of(bpf_get_current_task_btf()) == TP_GETPEERNAME) return 1;
  __u64 *origin = bpf_sk_storage_get(&tp_origins, sock, NULL, 0);
  struct tp_socket *socket = bpf_sk_storage_get(&tp_sockets, sock, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
  struct tp_scratch *scratch = claim_scratch();
  if (!scratch || !socket) {
    count_failure(socket ? TP_FAILED_OWNER : TP_FAILED_SOCKET);
    if (scratch) release_scratch(scratch);
    return 1;
  }
  struct sock *address = readable(sock, scratch);
  __u64 listener = origin ? *origin : 0;
  struct task_struct *current = bpf_get_current_task_btf(), *task = subject_of(current);
  /* It may be its own already; or of no listener that is known, as a plain connection to one of MPTCP is, and have an owner. */
  bool is_accepted = origin ? listener != (__u64)address : !socket->owner.id;
  if (is_accepted && task && task->nsproxy) {
    take_over(socket, scratch, task != current, net_namespace_of(address));
    if (listener) bpf_map_update_elem(&tp_accepters, &listener, &scratch->who, BPF_ANY);
    if (origin) *origin = (__u64)address;
  }
  release_scratch(scratch);
  return 1;
}

/* Gives a listener of a known origin the owner that accepted last. */
static __always_inline void follow_accepter(struct tp_scratch *scratch, const __u64 *origin, struct tp_socket *socket) {
  if (!origin) return;
  __u64 address = *origin;
  const struct tp_identity *accepter = bpf_map_lookup_elem(&tp_accepters, &address);
  if (!accepter || accepter->id == socket->owner.id) return;
  __builtin_memcpy(&scratch->who, accepter, sizeof scratch->who);
  own(socket, scratch);
}
