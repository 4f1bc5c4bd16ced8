// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/* Who sends a packet that leaves, and the socket whose owner it belongs to. */
#pragma once

enum { SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_RAW = 3 };
enum { IPPROTO_TCP = 6 };

/* The socket of a packet, as it stays; NULL when there is none. */
static __always_inline struct bpf_sock *socket_of(struct __sk_buff *skb) { return skb->sk ? bpf_sk_fullsock(skb->sk) : NULL; }

/*
 * An address as a number, for reads through calls: with the socket of a packet itself the verifier lets nobody reckon. It goes
 * through memory that it does not follow.
 */
static __always_inline struct sock *readable(struct bpf_sock *sock, struct tp_scratch *scratch) {
  *(volatile __u64 *)&scratch->address = (__u64)sock;
  return (struct sock *)*(volatile __u64 *)&scratch->address;
}

/*
 * Whether the current task, which `subject` is or works for, sends what leaves through a socket of a program. Datagrams are sent by
 * whoever runs. What has connections sends by itself, too: then in the name of its owner, else it is who holds its lock in a call.
 * One that ends gave up too much of itself to be known by.
 */
static __always_inline bool is_sender(struct bpf_sock *sock, struct task_struct *subject, struct tp_scratch *scratch) {
  if (!subject || !subject->nsproxy || sock->state == TCP_LISTEN) return false;
  if (sock->type == SOCK_DGRAM || sock->type == SOCK_RAW) return true;
  struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sock);
  if (tcp) return tcp->inet_conn.icsk_inet.sk.sk_lock.owned;
  return BPF_CORE_READ(readable(sock, scratch), sk_lock.owned);
}

/* Whether the kernel made a socket for itself. */
static __always_inline bool is_of_kernel(const struct sock *sock) {
  return BPF_CORE_READ_BITFIELD_PROBED(sock, sk_kern_sock);
}

/*
 * Whether what is known with a socket of its owner holds of the packet that leaves through it now. `described` becomes the sequence of the
 * socket when the owner was what is so of the current task.
 */
static __always_inline bool is_sent_by_owner(struct tp_socket *socket, struct bpf_sock *sock, __u64 *described) {
  __u64 sequence = sequence_of(&socket->sequence);
  if (describes(&socket->owner, false)) {
    *described = sequence;
    return true;
  }
  if (sock->type != SOCK_STREAM) return false;
  struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sock);
  return tcp && !tcp->inet_conn.icsk_inet.sk.sk_lock.owned;
}

/* The socket of a program that a subflow of MPTCP belongs to; NULL when it is none, or the kernel does not tell. */
static __always_inline struct mptcp_sock *message_socket(struct bpf_sock *sock) {
  if (!bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_skc_to_mptcp_sock)) return NULL;
  if (sock->type != SOCK_STREAM) return NULL;
  struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sock);
  if (!tcp || !bpf_core_field_exists(tcp->is_mptcp) || !tcp->is_mptcp) return NULL;
  return bpf_skc_to_mptcp_sock(sock);
}

/* CAP_NET_ADMIN and NETLINK_NETFILTER, by their numbers in the stable interface to programs. */
enum { CAP_NET_ADMIN = 12, AF_NETLINK = 16, NETLINK_NETFILTER = 12 };

/*
 * Whether a task gives verdicts on what others send (NFQUEUE): that leaves while it does. It is told by the descriptor of its call, which
 * only somebody who may do so on the machine is believed, not in a user namespace of his own.
 */
static __noinline bool gives_verdicts(struct task_struct *task) {
  __u64 capabilities = 0;
  struct sock *sock = NULL;
  bpf_probe_read_kernel(&capabilities, sizeof capabilities, (void *)BPF_CORE_READ(task, cred) +
                        bpf_core_field_offset(struct cred, cap_effective));
  if (!(capabilities >> CAP_NET_ADMIN & 1) || BPF_CORE_READ(task, cred, user_ns, level) != 0) return false;
  __u32 descriptor = TP_FIRST_ARGUMENT((struct pt_regs *)bpf_task_pt_regs(task));
  struct fdtable *table = BPF_CORE_READ(task, files, fdt);
  struct file **files = BPF_CORE_READ(table, fd), *file = NULL;
  if (descriptor >= BPF_CORE_READ(table, max_fds)) return false;
  bpf_probe_read_kernel(&file, sizeof file, files + descriptor);
  struct socket *socket = BPF_CORE_READ(file, private_data);
  sock = BPF_CORE_READ(socket, sk);
  return BPF_CORE_READ(sock, __sk_common.skc_family) == AF_NETLINK &&
         BPF_CORE_READ(sock, sk_protocol) == NETLINK_NETFILTER;
}

/* The system call that a task is in, -1 when it is in none. */
static __always_inline __s32 system_call_of(struct task_struct *task) {
  __s32 number = TP_SYSTEM_CALL((struct pt_regs *)bpf_task_pt_regs(task));
  return number >= 0 ? number : -1;
}
