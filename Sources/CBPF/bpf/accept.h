/* Whoever accepts a connection owns it, and from then on its listener, too: the next is likely to be his as well. */
#pragma once

static __always_inline int accept(struct sock *listener, struct sock *sock) {
  if (!sock || !is_inet(sock->__sk_common.skc_family)) return 0;
  let_own(bpf_sk_storage_get(&tp_sockets, sock, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE), sock);
  return let_own(bpf_sk_storage_get(&tp_sockets, listener, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE), listener);
}

/*
 * Where the kernel lets no program see a call return, accepting is noticed when it asks for the peer's address. That shows the
 * accepted socket alone. So each socket keeps the cookie of the one that a program made, which one that is accepted has from its listener
 * until it is its own.
 */
#define note_origin(context, sock)                                                                               \
  ({                                                                                                             \
    __u64 *origin = tp_config.accepts_by_name                                                                    \
                      ? bpf_sk_storage_get(&tp_origins, sock, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE)              \
                      : NULL;                                                                                    \
    if (origin) *origin = bpf_get_socket_cookie(context);                                                        \
  })

static __always_inline int accept_by_name(struct bpf_sock_addr *call) {
  struct bpf_sock *sock = call->sk;
  __u64 *origin = sock ? bpf_sk_storage_get(&tp_origins, sock, NULL, 0) : NULL;
  __u64 cookie = bpf_get_socket_cookie(call);
  if (!origin || *origin == cookie) return 1;
  __u64 listener = *origin;
  *origin = cookie;
  struct tp_socket *socket = bpf_sk_storage_get(&tp_sockets, sock, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
  struct tp_scratch *scratch = scratch_at(claim_scratch());
  if (!scratch || !socket) {
    count_failure(socket ? TP_FAILED_OWNER : TP_FAILED_SOCKET);
    if (scratch) release_scratch(scratch);
    return 1;
  }
  struct task_struct *task = subject_of(bpf_get_current_task_btf());
  if (task && task->nsproxy) {
    identify(scratch, task, net_namespace_of(readable(sock, scratch)));
    own(socket, &scratch->who);
    bpf_map_update_elem(&tp_accepters, &listener, &scratch->who, BPF_ANY);
  }
  release_scratch(scratch);
  return 1;
}

/* Gives a listener the owner that accepted last. */
static __always_inline void follow_accepter(struct bpf_sock *listener, struct tp_socket *socket) {
  __u64 *origin = bpf_sk_storage_get(&tp_origins, listener, NULL, 0);
  if (!origin) return;
  __u64 cookie = *origin;
  const struct tp_identity *accepter = bpf_map_lookup_elem(&tp_accepters, &cookie);
  if (accepter && accepter->id != socket->owner.id) own(socket, accepter);
}
