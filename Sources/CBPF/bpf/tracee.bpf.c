// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/* The programs. Those that see packets return 1 on every path: a 0 would drop the packet. */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include "tp_tables.h"
#include "packet.h"
#include "maps.h"
#include "scratch.h"
#include "rows.h"
#include "sequence.h"
#include "scope.h"
#include "task.h"
#include "image.h"
#include "owner.h"
#include "sender.h"
#include "content.h"
#include "stream.h"
#include "line.h"
#include "http.h"
#include "follow.h"
#include "classify.h"
#include "flow.h"
#include "share.h"
#include "emit.h"
#include "cgroup.h"
#include "accept.h"
#include "judge.h"
#include "process.h"
#include "descent.h"

char LICENSE[] SEC("license") = "GPL";

static __always_inline int trace(struct __sk_buff *skb, enum tp_direction direction) {
  struct tp_counters *counters = own_counters();
  __u32 generation = tp_active;
  if (!counters || generation == 0) return 1;
  struct bpf_sock *sock = socket_of(skb);
  struct tp_socket *socket = sock ? bpf_sk_storage_get(&tp_sockets, sock, NULL, 0) : NULL;
  /* Whoever sends what nobody wants owns the socket all the same, so it is found out who does before anything else. */
  __u64 described = NO_SEQUENCE;
  if (socket && direction == TP_EGRESS && !is_sent_by_owner(socket, sock, &described)) socket = NULL;
  struct tp_view seen = {};
  if (socket && refuses_all(socket, sock, generation, direction)) {
    count(&counters->unwanted);
    return 1;
  }
  if (!view(skb, &seen)) {
    count(&counters->malformed);
    count(&counters->unwanted);
    return 1;
  }
  if (seen.hiding) count_hidden(counters, seen.hiding);
  if (socket && refuses(socket, &seen, generation, direction)) {
    count(&counters->unwanted);
    return 1;
  }
  pass_on(skb, &seen, generation, direction, described);
  count(&counters->unwanted);
  return 1;
}

/* The kernel goes from one program to another only if both are for the same: so none of these names its direction. */
SEC("cgroup/skb") int tp_on_ingress(struct __sk_buff *skb) { return trace(skb, TP_INGRESS); }

SEC("cgroup/skb") int tp_on_egress(struct __sk_buff *skb) { return trace(skb, TP_EGRESS); }

/* By which both go on with a packet that some rule may want: so the verifier checks once what is most of the work. */
SEC("cgroup/skb") int tp_judge(struct __sk_buff *skb) {
  struct tp_counters *counters = own_counters();
  struct tp_scratch *scratch = scratch_at(skb->cb[0]);
  if (!counters || !scratch) return 1;
  switch (judge(skb, scratch)) {
    case TP_SUBMITTED: count(&counters->submitted); break;
    case TP_FULL: count(&counters->full); break;
    default: count(&counters->unwanted); break;
  }
  release_scratch(scratch);
  return 1;
}

/* In the place of the one for what leaves when no rule wants that: whoever sends owns the socket all the same. */
SEC("cgroup/skb") int tp_on_departure(struct __sk_buff *skb) {
  struct bpf_sock *sock = socket_of(skb);
  struct tp_socket *socket = sock ? bpf_sk_storage_get(&tp_sockets, sock, NULL, 0) : NULL;
  if (socket && !describes(&socket->owner, false)) follow_sender(skb);
  return 1;
}

SEC("cgroup/sock_create") int tp_on_create(struct bpf_sock *sock) {
  if (tp_config.accepts_by_name)
    note_origin(bpf_sk_storage_get(&tp_origins, sock, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE), sock);
  let_own(bpf_sk_storage_get(&tp_sockets, sock, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE), (void *)sock);
  return 1;
}

/* Whoever sends to or receives from a socket owns it. */
static __always_inline int follow_user(struct sock *sock) {
  if (!is_inet(sock->__sk_common.skc_family)) return 0;
  return let_own(bpf_sk_storage_get(&tp_sockets, sock, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE), sock);
}

/*
 * Who gives a connection something to send owns it: that may leave later, by a timer or an acknowledgement. The tracepoint since Linux 6.15,
 * the function before.
 */
SEC("tp_btf/tcp_sendmsg_locked") int BPF_PROG(tp_on_send, struct sock *sock) { return follow_user(sock); }

SEC("fexit/tcp_sendmsg") int BPF_PROG(tp_on_sent, struct sock *sock) { return follow_user(sock); }

SEC("tp_btf/sock_recv_length") int BPF_PROG(tp_on_receive, struct sock *sock) { return follow_user(sock); }

/* The same where the kernel has no such tracepoint: before Linux 6.3. */
SEC("fexit/inet_recvmsg") int BPF_PROG(tp_on_recvmsg, struct socket *socket) { return follow_user(socket->sk); }

SEC("fexit/inet6_recvmsg") int BPF_PROG(tp_on_recvmsg6, struct socket *socket) { return follow_user(socket->sk); }

/* A socket was accepted: who did owns it, and its listener. The returned socket stands behind four arguments before Linux 6.10. */
SEC("fexit/inet_csk_accept") int tp_on_accept(__u64 *arguments) { return accept((void *)arguments[0], (void *)arguments[2]); }

SEC("fexit/inet_csk_accept") int tp_on_accept_of_four(__u64 *arguments) {
  return accept((void *)arguments[0], (void *)arguments[4]);
}

SEC("cgroup/getpeername4") int tp_on_name(struct bpf_sock_addr *call) { return accept_by_name(call); }

SEC("cgroup/getpeername6") int tp_on_name6(struct bpf_sock_addr *call) { return accept_by_name(call); }

SEC("tp_btf/cgroup_mkdir") int BPF_PROG(tp_on_cgroup_made, struct cgroup *cgroup, const char *path) {
  return add_cgroup(cgroup, path);
}

SEC("tp_btf/cgroup_rmdir") int BPF_PROG(tp_on_cgroup_removed, struct cgroup *cgroup) { return remove_cgroup(cgroup); }

SEC("tp_btf/sched_process_exec") int BPF_PROG(tp_on_exec, struct task_struct *task) {
  note_execution(task);
  return start_container(task);
}

SEC("tp_btf/sched_process_fork") int BPF_PROG(tp_on_image, struct task_struct *parent, struct task_struct *child) {
  return child->pid == child->tgid ? inherit_image(parent, child) : 0;
}

SEC("tp_btf/sched_process_exit") int BPF_PROG(tp_on_image_end, struct task_struct *task) {
  return ends_process(task) ? end_image(task) : 0;
}

/* For each task, run by reading the iterator: notes what processes execute that are older than the tracer. */
SEC("iter/task") int tp_find_images(struct bpf_iter__task *entry) {
  struct task_struct *task = entry->task;
  return task && task->pid == task->tgid ? find_image(task) : 0;
}

SEC("tp_btf/sched_process_fork") int BPF_PROG(tp_on_fork, struct task_struct *parent, struct task_struct *child) {
  if (child->pid != child->tgid) return 0;
  return record_process(child, TP_PROCESS_FORKED, parent->group_leader, NULL);
}

SEC("tp_btf/sched_process_exec") int BPF_PROG(tp_on_executed, struct task_struct *task) {
  return record_process(task, TP_PROCESS_EXECUTED, NULL, NULL);
}

SEC("tp_btf/task_rename") int BPF_PROG(tp_on_rename, struct task_struct *task, const char *comm) {
  return record_process(task, TP_PROCESS_RENAMED, NULL, comm);
}

SEC("tp_btf/sched_process_exit") int BPF_PROG(tp_on_exit, struct task_struct *task) {
  if (!ends_process(task)) return 0;
  return record_process(task, TP_PROCESS_EXITED, NULL, NULL);
}

SEC("tp_btf/sched_process_fork") int BPF_PROG(tp_on_descent, struct task_struct *parent, struct task_struct *child) {
  return child->pid == child->tgid ? inherit_descent(parent, child) : 0;
}

SEC("tp_btf/sched_process_exit") int BPF_PROG(tp_on_end, struct task_struct *task) { return end_descent(task); }

/* For each task, run by reading the iterator: finds the ancestors of processes that are older than the first question. */
SEC("iter/task") int tp_find_descent(struct bpf_iter__task *entry) {
  struct task_struct *task = entry->task;
  return task && task->pid == task->tgid ? find_descent(task) : 0;
}

/* For each task, run by reading the iterator: records the processes that are older than the tracer. */
SEC("iter/task") int tp_find(struct bpf_iter__task *entry) {
  struct task_struct *task = entry->task;
  if (!task || task->pid != task->tgid) return 0;
  return record_process(task, TP_PROCESS_FOUND, task->real_parent->group_leader, NULL);
}

/* For each open file of each process, run by reading the iterator: gives sockets that are older than the tracer an owner. */
SEC("iter/task_file") int tp_seed(struct bpf_iter__task_file *entry) {
  struct file *file = entry->file;
  struct task_struct *task = entry->task;
  if (!file || !task) return 0;
  struct socket *holder = bpf_sock_from_file(file);
  struct sock *sock = holder ? holder->sk : NULL;
  if (!sock || !is_inet(sock->__sk_common.skc_family)) return 0;
  struct tp_socket *socket = bpf_sk_storage_get(&tp_sockets, sock, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (!socket || socket->owner.id != 0) return 0;
  if (tp_config.accepts_by_name)
    note_origin(bpf_sk_storage_get(&tp_origins, sock, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE), sock);
  struct tp_scratch *scratch = claim_scratch();
  if (!scratch) return 0;
  identify(scratch, task, net_namespace_of(sock));
  struct tp_image *image = image_of(task->group_leader);
  if (image) image->owns = 1;
  own(socket, scratch);
  release_scratch(scratch);
  return 0;
}
