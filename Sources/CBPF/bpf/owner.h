// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/* Whose socket it is: found out from tasks, kept with sockets. */
#pragma once

/* A sequence that none has with an owner: nothing is kept with it. */
#define NO_SEQUENCE 1

enum { AF_INET = 2, AF_INET6 = 10 };

static __always_inline bool is_inet(__u32 family) { return family == AF_INET || family == AF_INET6; }

/*
 * Whether `owner` still says what is so of a task. Its numbers are read through `task`, which may be trusted: then that costs no check
 * of the address. Pointers are followed through `same`, which is not.
 */
static __always_inline bool is_described(const struct tp_identity *owner, struct task_struct *task,
                                         struct task_struct *same) {
  if (owner->start_time != task->start_boottime || owner->tid != (__u32)task->pid) return false;
  struct nsproxy *namespaces = same->nsproxy;
  if (!namespaces) return true;
  if (owner->exec_id != (__u32)task->self_exec_id || owner->uid != same->real_cred->uid.val) return false;
  if (owner->cgroup_id != same->cgroups->dfl_cgrp->kn->id) return false;
  if (owner->ppid != (__u32)same->real_parent->tgid) return false;
  if (owner->mount_namespace != namespaces->mnt_ns->ns.inum) return false;
  /* As two words: a call that copies sixteen bytes costs more than all that is compared above. */
  const __u64 *known = (const void *)owner->comm;
  const __u64 *comm = (const void *)task->comm;
  return comm[0] == known[0] && comm[1] == known[1];
}

/*
 * Whether `owner` still says what is so of the current task, or of the leader of its process. A new node name alone is not noticed: it
 * is read again with the rest. Asked for each packet that leaves, so pointers are followed as they are; what is asked seldom calls
 * the kernel for each. It is not static, so the verifier checks it once. A task that exits gives up its memory and its namespaces before
 * its sockets are closed, so what was known of it stays.
 */
__noinline int describes(struct tp_identity *owner, bool of_leader) {
  struct task_struct *task = bpf_get_current_task_btf(), *leader;
  if (!owner) return false;
  if (!of_leader) return is_described(owner, task, unsearched(task));
  leader = unsearched(task)->group_leader;
  return is_described(owner, leader, leader);
}

/*
 * The task in whose name another one works: a worker of io_uring, or another thread of the kernel that belongs to a process, works
 * for the leader of that. Such a thread has no place in the program to go back to. NULL: the kernel works for itself.
 */
static __always_inline struct task_struct *subject_of(struct task_struct *task) {
  bool has_place = TP_PLACE((struct pt_regs *)bpf_task_pt_regs(task)) != 0;
  task = unsearched(task);
  if (has_place) return task;
  struct task_struct *leader = task->group_leader;
  return leader == task ? NULL : leader;
}

/* The number of `pid` in the namespace at `level`, 0 when it has none there. Has a stack of its own, for that of all is full. */
static __noinline __u32 number_at(struct pid *pid, __u32 level, struct pid_namespace *namespace) {
  struct upid number = {};
  if (BPF_CORE_READ(pid, level) < level) return 0;
  bpf_probe_read_kernel(&number, sizeof number, &pid->numbers[level & 31]);
  return number.ns == namespace ? number.nr : 0;
}

static __always_inline void describe_ids(struct tp_identity *who, struct task_struct *task) {
  struct task_struct *leader = BPF_CORE_READ(task, group_leader);
  struct task_struct *parent = BPF_CORE_READ(task, real_parent, group_leader);
  struct pid *pid = BPF_CORE_READ(task, thread_pid);
  __u32 level = BPF_CORE_READ(pid, level);
  struct upid number = {};
  bpf_probe_read_kernel(&number, sizeof number, &pid->numbers[level & 31]);

  who->start_time = task->start_boottime;
  who->leader_start_time = BPF_CORE_READ(leader, start_boottime);
  who->parent_start_time = BPF_CORE_READ(parent, start_boottime);
  who->pid = task->tgid;
  who->tid = task->pid;
  who->ppid = BPF_CORE_READ(parent, tgid);
  who->ns_tid = number.nr;
  who->ns_pid = number_at(BPF_CORE_READ(leader, thread_pid), level, number.ns);
  who->ns_ppid = number_at(BPF_CORE_READ(parent, thread_pid), level, number.ns);
  who->pid_namespace = BPF_CORE_READ(number.ns, ns.inum);
}

static __always_inline void describe_place(struct tp_identity *who, struct task_struct *task) {
  __u64 id = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
  who->cgroup_id = id;
  who->uid = task->real_cred->uid.val;
  who->mount_namespace = BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
  who->exec_id = task->self_exec_id;
  bpf_probe_read_kernel(who->comm, sizeof who->comm, &task->comm);
  const struct tp_cgroup *cgroup = bpf_map_lookup_elem(&tp_cgroups, &id);
  if (cgroup) who->flags |= cgroup->flags;
}

/*
 * A process is new when its leader is younger than the tracer, or when it has executed something since. Of one that has given up its
 * memory the end was noted already, so nothing is noted of it any more.
 */
static __always_inline const struct tp_image *describe_image(struct tp_identity *who, struct task_struct *task,
                                                             struct tp_scratch *scratch) {
  struct task_struct *leader = task->group_leader;
  struct tp_image *image = image_of(leader);
  if (!image && task->mm) image = note_image(leader, scratch);
  if (image) BPF_CORE_READ_INTO(&image->node_name, task, nsproxy, uts_ns, name.nodename);
  if (who->leader_start_time > tp_config.started || (image && image->is_new)) who->flags |= TP_OWNER_NEW;
  return image;
}

static __always_inline __u64 add_word(__u64 digest, __u64 word) {
  digest = (digest ^ word) * tp_config.secrets[0];
  return (digest << 29 | digest >> 35) * tp_config.secrets[1];
}

/*
 * A number for all that is known of an owner, whose texts follow from the rest but for the name of the host. Whoever chooses a part of that
 * does not know the secrets.
 */
static __always_inline __u64 digest_of(const struct tp_identity *who, const struct tp_image *image) {
  const __u64 *words = (const void *)who, *name = image ? (const void *)image->node_name : NULL;
  __u64 digest = 0;
  for (__u32 i = 1; i < sizeof *who / sizeof *words; i++) digest = add_word(digest, words[i]);
  for (__u32 i = 0; name && i < TP_NODE_NAME_LENGTH / sizeof *name; i++) digest = add_word(digest, name[i]);
  return digest | 1;
}

/* Fills `scratch->who` with what is known of a task as the owner of a socket in that network namespace. */
static __noinline void identify(struct tp_scratch *scratch, struct task_struct *task, __u32 net_namespace) {
  struct tp_identity *who = &scratch->who;
  who->flags = TP_IS_COMPAT(task) ? TP_OWNER_COMPAT : 0;
  task = unsearched(task);
  describe_ids(who, task);
  describe_place(who, task);
  const struct tp_image *image = describe_image(who, task, scratch);
  who->net_namespace = net_namespace;
  who->id = digest_of(who, image);
}

/*
 * Gives a socket the owner that stands in `scratch->who`, where it can be read meanwhile. Returns the socket's sequence with that;
 * NO_SEQUENCE when somebody else does it right now.
 */
__noinline __u64 own(struct tp_socket *socket, struct tp_scratch *scratch) {
  if (!socket || !scratch) return NO_SEQUENCE;
  __u64 sequence = begin_write(&socket->sequence, sequence_of(&socket->sequence), scratch->number);
  if (!sequence) return NO_SEQUENCE;
  *(volatile __u32 *)&socket->generation = 0;
  __builtin_memcpy(&socket->owner, &scratch->who, sizeof socket->owner);
  end_write(&socket->sequence);
  return sequence;
}

/*
 * Fills a scratch's `who` with what is known of the current task, or of the leader of its process, as the owner of a socket in that
 * network namespace. Not static: so the verifier checks it once.
 */
__noinline int identify_current(__u32 scratch_number, bool of_leader, __u32 net_namespace) {
  struct task_struct *task = bpf_get_current_task_btf();
  struct tp_scratch *scratch = scratch_at(scratch_number);
  if (!scratch) return 0;
  if (of_leader) task = leader_of(task);
  identify(scratch, task, net_namespace);
  struct tp_image *image = image_of(unsearched(task)->group_leader);
  if (image) image->owns = 1;
  return 0;
}

/* Makes the current task, or the leader of its process, the owner of a socket, NULL: of none. Returns what `own` does. */
static __always_inline __u64 take_over(struct tp_socket *socket, struct tp_scratch *scratch, bool of_leader, __u32 net_namespace) {
  identify_current(scratch->number, of_leader, net_namespace);
  return socket ? own(socket, scratch) : NO_SEQUENCE;
}

static __always_inline __u32 net_namespace_of(const struct sock *sock) {
  return BPF_CORE_READ(sock, __sk_common.skc_net.net, ns.inum);
}

/* Makes the current task the owner of `sock`, with which `socket` is kept, unless it is. */
static __always_inline int let_own(struct tp_socket *socket, const struct sock *sock) {
  if (!socket) {
    count_failure(TP_FAILED_SOCKET);
    return 0;
  }
  if (describes(&socket->owner, false)) return 0;
  struct task_struct *current = bpf_get_current_task_btf(), *task = subject_of(current);
  if (!task || !task->nsproxy || (task != current && describes(&socket->owner, true))) return 0;
  struct tp_scratch *scratch = claim_scratch();
  if (!scratch) {
    count_failure(TP_FAILED_OWNER);
    return 0;
  }
  take_over(socket, scratch, task != current, net_namespace_of(sock));
  release_scratch(scratch);
  return 0;
}

/* Copies an owner that is being given to a socket, as long as the sequence says so. */
static __always_inline bool copy_new_owner(struct tp_identity *who, const struct tp_socket *socket, __u64 sequence) {
  __u32 writer = sequence >> TP_COUNT_BITS & ((1 << TP_WRITER_BITS) - 1), number = writer & (TP_SCRATCHES - 1);
  const struct tp_scratch *scratch = bpf_map_lookup_percpu_elem(&tp_scratches, &number, writer >> TP_SCRATCH_BITS);
  if (!scratch) return false;
  __builtin_memcpy(who, &scratch->who, sizeof *who);
  NO_REORDERING();
  return sequence_of(&socket->sequence) == sequence;
}

/*
 * Copies the owner of a socket as it was at one moment, and returns the sequence of that; NO_SEQUENCE when it is just being given,
 * or when there is none, whose id is 0.
 */
__noinline __u64 copy_owner(struct tp_identity *who, struct tp_socket *socket) {
  if (!who || !socket) return NO_SEQUENCE;
  for (__u32 i = 0; i < 8; i++) {
    __u64 sequence = sequence_of(&socket->sequence);
    if (is_written(&socket->sequence, sequence)) {
      if (copy_new_owner(who, socket, sequence)) return NO_SEQUENCE;
      continue;
    }
    __builtin_memcpy(who, &socket->owner, sizeof *who);
    NO_REORDERING();
    if (sequence_of(&socket->sequence) == sequence) return who->id ? sequence : NO_SEQUENCE;
  }
  count_failure(TP_FAILED_OWNER);
  who->id = 0;
  return NO_SEQUENCE;
}

static __always_inline struct tp_text_head head_of(__u32 dimension, __u32 length) {
  return (struct tp_text_head){.prefix_length = 32 + 8 * length, .dimension = bpf_htonl(dimension)};
}

/*
 * Writes all that is known of an owner, and puts each text behind the head of its key. An executable is looked up by as much as
 * a key has room for.
 */
static __noinline void describe_owner(struct tp_owner *owner, const struct tp_identity *who) {
  struct tp_process_key process = {.start_time = who->leader_start_time, .pid = who->pid};
  __u64 id = who->cgroup_id;
  __u32 container = (who->flags & TP_OWNER_CONTAINER_NEW ? TP_STATE_CONTAINER_NEW : 0) +
                    (who->flags & TP_OWNER_CONTAINER_STARTED ? TP_STATE_CONTAINER_STARTED : 0);
  __u32 place = who->mount_namespace == tp_config.host_mount_namespace ? TP_STATE_HOST : 0;
  __builtin_memcpy(owner, who, __builtin_offsetof(struct tp_identity, comm));
  __builtin_memcpy(owner->comm, who->comm, sizeof owner->comm);
  owner->comm_head = head_of(TP_SCOPE_COMM, TP_COMM_LENGTH);
  owner->node_name_head = head_of(TP_SCOPE_NODE_NAME, TP_NODE_NAME_LENGTH);
  owner->container_id_head = head_of(TP_STATE(TP_SCOPE_CONTAINER_ID, container), TP_CONTAINER_ID_LENGTH);
  owner->executable_head = head_of(TP_STATE(TP_SCOPE_EXECUTABLE, place), TP_TEXT_LENGTH);
  const struct tp_image *image = bpf_map_lookup_elem(&tp_images, &process);
  const void *path = image ? image->path : no_image.path;
  const void *node_name = image ? image->node_name : no_image.node_name;
  bpf_probe_read_kernel(owner->executable, sizeof owner->executable, path);
  bpf_probe_read_kernel(owner->node_name, sizeof owner->node_name, node_name);
  const struct tp_cgroup *cgroup = who->flags & TP_OWNER_CONTAINER ? bpf_map_lookup_elem(&tp_cgroups, &id) : NULL;
  if (cgroup)
    __builtin_memcpy(owner->container_id, cgroup->container_id, sizeof owner->container_id);
  else
    __builtin_memset(owner->container_id, 0, sizeof owner->container_id);
}

/* Describes a task as a record of processes shows it. */
static __always_inline void describe_task(struct tp_owner *owner, struct task_struct *task) {
  struct tp_scratch *scratch = claim_scratch();
  if (!scratch) {
    __builtin_memset(owner, 0, sizeof *owner);
    count_failure(TP_FAILED_OWNER);
    return;
  }
  identify(scratch, task, BPF_CORE_READ(task, nsproxy, net_ns, ns.inum));
  describe_owner(owner, &scratch->who);
  release_scratch(scratch);
}
