/* The programs. Those that see packets return 1 on every path: a 0 would drop the packet. */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include "tp_event.h"
#include "maps.h"
#include "rows.h"
#include "sequence.h"
#include "scope.h"
#include "owner.h"
#include "cgroup.h"
#include "packet.h"
#include "content.h"
#include "classify.h"
#include "flow.h"
#include "share.h"
#include "emit.h"
#include "process.h"
#include "descent.h"

char LICENSE[] SEC("license") = "GPL";

/*
 * Whether the current thread sends this packet. It is made the socket's owner if it is not yet: the packet of a new holder
 * thus leaves with its own name on it, before the call returns. `socket` is NULL when nothing is kept with the socket yet.
 * Not static: so the verifier checks it once, and not again with all that may have gone before.
 */
__noinline int follow_sender(struct __sk_buff *skb, struct tp_socket *socket) {
  struct task_struct *task = bpf_get_current_task_btf();
  bool is_owner =
    socket && socket->owner.tid == (__u32)task->pid && socket->owner.start_time == task->start_boottime;
  if (!is_owner && !holds(task, bpf_get_socket_cookie(skb))) return false;
  if (socket && describes(&socket->owner, task)) return true;
  struct tp_task *known = know(task);
  struct bpf_sock *sock = skb->sk ? bpf_sk_fullsock(skb->sk) : NULL;
  if (!socket && sock) socket = bpf_sk_storage_get(&tp_sockets, sock, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (known && socket) own(socket, known);
  return true;
}

/* The system call that the current thread is in, -1 when it is in none. */
static __always_inline __s32 system_call(void) {
  __s32 number = TP_SYSTEM_CALL((struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf()));
  return number >= 0 ? number : -1;
}

/* Keeps the rules that the socket's own row has. False when that row is of another generation, or is written right now. */
static __noinline bool keep_known_scope(struct tp_row *row, const struct tp_socket *socket, __u32 generation) {
  struct tp_row kept;
  if (!row || !socket) return false;
  __u64 before = sequence_of(&socket->sequence);
  if (before & 1 || *(volatile const __u32 *)&socket->generation != generation) return false;
  TP_EACH_WORD(i) kept.words[i] = *(volatile const __u64 *)&socket->row.words[i];
  if (sequence_of(&socket->sequence) != before) return false;
  TP_EACH_WORD(i) row->words[i] &= kept.words[i];
  return true;
}

/* Keeps the rules that have the packet's owner in scope: as kept with the socket, or found out for this packet alone. */
static __always_inline void keep_scope(struct tp_row *row, struct tp_socket *socket, __u32 generation) {
  if (!socket || !keep_known_scope(row, socket, generation))
    keep_scope_of(socket ? &socket->owner : NULL, generation, row);
}

/* Finds out, and keeps with the socket, which rules have its owner in scope, unless that is known. */
static __always_inline void classify_owner(struct tp_socket *socket, __u32 generation) {
  if (*(volatile __u32 *)&socket->generation == generation) return;
  if (!begin_write(&socket->sequence, sequence_of(&socket->sequence))) return;
  *(volatile __u32 *)&socket->generation = 0;
  TP_EACH_WORD(i) socket->row.words[i] = ~0ULL;
  keep_scope_of(&socket->owner, generation, &socket->row);
  *(volatile __u32 *)&socket->generation = generation;
  end_write(&socket->sequence);
}

static __always_inline bool is_empty(const __u64 *row) {
  __u64 any = 0;
  TP_EACH_WORD(i) any |= row[i];
  return !any;
}

/*
 * Fills `row` with the rules that want packets of this flow and this owner, and says whether there are any. Both answers are
 * kept with the socket. `owned` is the socket when it has an owner.
 */
static __always_inline bool may_want(struct tp_row *row, struct __sk_buff *skb, struct tp_view *seen, __u32 generation,
                                     enum tp_direction direction, struct tp_socket **owned, bool *is_sender) {
  struct bpf_sock *sock = skb->sk ? bpf_sk_fullsock(skb->sk) : NULL;
  struct tp_socket *socket = sock ? bpf_sk_storage_get(&tp_sockets, sock, NULL, 0) : NULL;
  struct tp_flow *flow = socket ? &socket->flows[direction] : NULL;
  struct tp_flow_answer answer;
  recall_flow(&answer, flow, seen, generation);
  if (!answer.is_known) answer.is_wanted = ask_flow(row, seen, flow, generation, direction);
  if (!answer.is_wanted) return false;

  if (sock && direction == TP_EGRESS) {
    *is_sender = follow_sender(skb, socket);
    if (!socket) socket = bpf_sk_storage_get(&tp_sockets, sock, NULL, 0);
  }
  __u64 owner = socket ? socket->owner.id : 0;
  if (owner == 0) socket = NULL;
  *owned = socket;
  bool is_classified = socket && *(volatile __u32 *)&socket->generation == generation;
  if (is_classified && answer.is_known && answer.refused_owner == owner) return false;
  if (answer.is_known && !recall_row(row->words, flow, &answer) && !ask_flow(row, seen, flow, generation, direction))
    return false;
  if (socket) classify_owner(socket, generation);
  __u64 sequence = socket ? sequence_of(&socket->sequence) : 1;
  keep_scope(row, socket, generation);
  if (!is_empty(row->words)) return true;
  if (socket && !(sequence & 1) && socket->owner.id == owner && sequence_of(&socket->sequence) == sequence)
    refuse_owner(flow, &answer, owner);
  return false;
}

static __always_inline void count_hidden(struct tp_counters *counters, __u32 hiding) {
  /* Or the check would be of another register than the one that is used. */
  barrier_var(hiding);
  if (hiding < TP_HIDINGS) count(&counters->hidden[hiding]);
}

static __always_inline int trace(struct __sk_buff *skb, enum tp_direction direction) {
  __u32 first = 0;
  /* Its row is filled when it is asked for: most packets are wanted by nobody. */
  struct tp_want want;
  struct tp_view seen = {};
  struct tp_socket *socket = NULL;
  bool is_sender = false;
  want.generation = tp_active;
  want.direction = direction;
  want.needed = 0;
  struct tp_counters *counters = bpf_map_lookup_elem(&tp_counters, &first);
  if (!counters || want.generation == 0) return 1;
  if (!view(skb, &seen)) {
    count(&counters->malformed);
    count(&counters->unwanted);
    return 1;
  }
  if (seen.hiding) count_hidden(counters, seen.hiding);
  if (may_want(&want.row, skb, &seen, want.generation, direction, &socket, &is_sender))
    want.needed = ask_packet(&want.row, skb, &seen, want.generation, direction);
  if (want.needed == 0) {
    count(&counters->unwanted);
    return 1;
  }
  want.system_call = is_sender ? system_call() : -1;
  if (emit(skb, &seen, socket, &want)) {
    count(&counters->submitted);
  } else {
    count(&counters->full);
    count_losses(want.row.words, want.generation);
  }
  return 1;
}

SEC("cgroup_skb/ingress") int tp_on_ingress(struct __sk_buff *skb) { return trace(skb, TP_INGRESS); }

SEC("cgroup_skb/egress") int tp_on_egress(struct __sk_buff *skb) { return trace(skb, TP_EGRESS); }

SEC("cgroup/sock_create") int tp_on_create(struct bpf_sock *sock) {
  struct tp_task *known = know(bpf_get_current_task_btf());
  struct tp_socket *socket = known ? bpf_sk_storage_get(&tp_sockets, sock, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE) : NULL;
  if (socket) own(socket, known);
  return 1;
}

/* After a call that sent or received: whoever made it owns the socket. */
static __always_inline int follow_user(struct sock *sock) {
  if (!is_inet(sock->__sk_common.skc_family)) return 0;
  struct tp_socket *socket = bpf_sk_storage_get(&tp_sockets, sock, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
  struct task_struct *task = bpf_get_current_task_btf();
  if (!socket || describes(&socket->owner, task)) return 0;
  struct tp_task *known = know(task);
  if (known) own(socket, known);
  return 0;
}

SEC("tp_btf/sock_send_length") int BPF_PROG(tp_on_send, struct sock *sock) { return follow_user(sock); }

SEC("tp_btf/sock_recv_length") int BPF_PROG(tp_on_receive, struct sock *sock) { return follow_user(sock); }

SEC("tp_btf/cgroup_mkdir") int BPF_PROG(tp_on_cgroup_made, struct cgroup *cgroup, const char *path) {
  return add_cgroup(cgroup, path);
}

SEC("tp_btf/cgroup_rmdir") int BPF_PROG(tp_on_cgroup_removed, struct cgroup *cgroup) { return remove_cgroup(cgroup); }

SEC("tp_btf/sched_process_exec") int BPF_PROG(tp_on_exec, struct task_struct *task) {
  note_execution(task);
  return start_container(task);
}

SEC("tp_btf/sched_process_fork") int BPF_PROG(tp_on_fork, struct task_struct *parent, struct task_struct *child) {
  if (child->pid != child->tgid) return 0;
  return record_process(child, TP_PROCESS_FORKED, parent->tgid, NULL);
}

SEC("tp_btf/sched_process_exec") int BPF_PROG(tp_on_executed, struct task_struct *task) {
  return record_process(task, TP_PROCESS_EXECUTED, 0, NULL);
}

SEC("tp_btf/task_rename") int BPF_PROG(tp_on_rename, struct task_struct *task, const char *comm) {
  return record_process(task, TP_PROCESS_RENAMED, 0, comm);
}

SEC("tp_btf/sched_process_exit") int BPF_PROG(tp_on_exit, struct task_struct *task) {
  if (!ends_process(task)) return 0;
  return record_process(task, TP_PROCESS_EXITED, 0, NULL);
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
  return record_process(task, TP_PROCESS_FOUND, task->real_parent->tgid, NULL);
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
  struct tp_task *known = know(task);
  if (known) own(socket, known);
  return 0;
}
