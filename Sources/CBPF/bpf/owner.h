/* Whose socket it is: found out from tasks, kept with sockets. */
#pragma once

enum { AF_INET = 2, AF_INET6 = 10 };

static __always_inline bool is_inet(__u32 family) { return family == AF_INET || family == AF_INET6; }

/*
 * Whether `owner` still says of `task` what is so. A new node name alone is not noticed: it is read again with the
 * rest. Asked for each packet that leaves, so pointers are followed as they are; what is asked seldom calls the kernel for
 * each, since for each that is followed as it is, the verifier searches all names of the kernel's types. A task that exits
 * gives up its memory and its namespaces before its sockets are closed, so what was known of it stays.
 */
static __always_inline bool describes(const struct tp_owner *owner, struct task_struct *task) {
  if (owner->start_time != task->start_boottime || owner->tid != (__u32)task->pid) return false;
  struct nsproxy *namespaces = task->nsproxy;
  if (!namespaces) return true;
  if (owner->exec_id != (__u32)task->self_exec_id || owner->uid != task->real_cred->uid.val) return false;
  if (owner->cgroup_id != task->cgroups->dfl_cgrp->kn->id || owner->ppid != (__u32)task->real_parent->tgid) return false;
  if (owner->mount_namespace != namespaces->mnt_ns->ns.inum || owner->net_namespace != namespaces->net_ns->ns.inum)
    return false;
  /* As two words: a call that copies sixteen bytes costs more than all that is compared above. */
  const __u64 *known = (const void *)owner->comm;
  const __u64 *comm = (const void *)task->comm;
  return comm[0] == known[0] && comm[1] == known[1];
}

/* The number of `pid` in the namespace at `level`, 0 when it has none there. */
static __always_inline __u32 number_at(struct pid *pid, __u32 level, struct pid_namespace *namespace) {
  struct upid number = {};
  if (BPF_CORE_READ(pid, level) < level) return 0;
  bpf_probe_read_kernel(&number, sizeof number, &pid->numbers[level & 31]);
  return number.ns == namespace ? number.nr : 0;
}

static __always_inline void describe_ids(struct tp_owner *owner, struct task_struct *task) {
  struct task_struct *leader = BPF_CORE_READ(task, group_leader);
  struct task_struct *parent = BPF_CORE_READ(task, real_parent, group_leader);
  struct pid *pid = BPF_CORE_READ(task, thread_pid);
  __u32 level = BPF_CORE_READ(pid, level);
  struct upid number = {};
  bpf_probe_read_kernel(&number, sizeof number, &pid->numbers[level & 31]);

  owner->start_time = task->start_boottime;
  owner->leader_start_time = BPF_CORE_READ(leader, start_boottime);
  owner->parent_start_time = BPF_CORE_READ(parent, start_boottime);
  owner->pid = task->tgid;
  owner->tid = task->pid;
  owner->ppid = BPF_CORE_READ(parent, tgid);
  owner->ns_tid = number.nr;
  owner->ns_pid = number_at(BPF_CORE_READ(leader, thread_pid), level, number.ns);
  owner->ns_ppid = number_at(BPF_CORE_READ(parent, thread_pid), level, number.ns);
  owner->pid_namespace = BPF_CORE_READ(number.ns, ns.inum);
}

struct tp_path_walk {
  struct dentry *entry;
  struct mount *mount;
  char *path;
  __u32 start; /* of what stands in `path` so far; it ends at TP_EXECUTABLE_LENGTH */
};

/* Puts one name before what is there, or goes from the root of a mount to the place where it is mounted. */
static int walk_up(__u32 step, struct tp_path_walk *walk) {
  struct dentry *entry = walk->entry;
  struct mount *mount = walk->mount;
  struct dentry *parent = BPF_CORE_READ(entry, d_parent);
  if (entry == BPF_CORE_READ(mount, mnt.mnt_root) || entry == parent) {
    struct mount *above = BPF_CORE_READ(mount, mnt_parent);
    if (above == mount) return 1;
    walk->entry = BPF_CORE_READ(mount, mnt_mountpoint);
    walk->mount = above;
    return 0;
  }
  __u32 length = BPF_CORE_READ(entry, d_name.len);
  if (length + 1 > walk->start || walk->start > TP_EXECUTABLE_LENGTH) return 1;
  walk->start -= length + 1;
  char *at = walk->path + (walk->start & (TP_EXECUTABLE_LENGTH - 1));
  *at = '/';
  bpf_probe_read_kernel(at + 1, length & (TP_EXECUTABLE_LENGTH - 1), BPF_CORE_READ(entry, d_name.name));
  walk->entry = parent;
  return 0;
}

/* The most names and mounts that a path is followed through. */
#define PATH_STEPS_MAX 128

/* Puts a path together from its end. One that is longer than the field loses its beginning. */
static __always_inline __u32 path_of(struct file *file, char *path) {
  struct tp_path_walk walk = {.path = path, .start = TP_EXECUTABLE_LENGTH};
  void *mounted = BPF_CORE_READ(file, f_path.mnt);
  walk.entry = BPF_CORE_READ(file, f_path.dentry);
  walk.mount = mounted - bpf_core_field_offset(struct mount, mnt);
  bpf_loop(PATH_STEPS_MAX, walk_up, &walk, 0);
  return walk.start;
}

static __always_inline void describe_executable(struct tp_task *known, struct task_struct *task) {
  char *executable = known->owner.executable;
  __builtin_memset(executable, 0, TP_EXECUTABLE_LENGTH);
  struct file *file = BPF_CORE_READ(task, mm, exe_file);
  if (!file) return;
  __u32 start = path_of(file, known->path);
  if (start >= TP_EXECUTABLE_LENGTH) return;
  __u32 length = TP_EXECUTABLE_LENGTH - start;
  if (length <= TP_EXECUTABLE_LENGTH)
    bpf_probe_read_kernel(executable, length, known->path + (start & (TP_EXECUTABLE_LENGTH - 1)));
}

static __always_inline void describe_place(struct tp_owner *owner, struct task_struct *task) {
  struct nsproxy *namespaces = BPF_CORE_READ(task, nsproxy);
  __u64 id = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
  owner->cgroup_id = id;
  owner->uid = task->real_cred->uid.val;
  owner->mount_namespace = BPF_CORE_READ(namespaces, mnt_ns, ns.inum);
  owner->net_namespace = BPF_CORE_READ(namespaces, net_ns, ns.inum);
  owner->exec_id = task->self_exec_id;
  owner->flags = task->thread_info.flags & TP_COMPAT_FLAG ? TP_OWNER_COMPAT : 0;
  bpf_probe_read_kernel(owner->comm, sizeof owner->comm, &task->comm);
  BPF_CORE_READ_INTO(&owner->node_name, namespaces, uts_ns, name.nodename);
  const struct tp_cgroup *cgroup = bpf_map_lookup_elem(&tp_cgroups, &id);
  if (cgroup) {
    owner->flags |= cgroup->flags;
    __builtin_memcpy(owner->container_id, cgroup->container_id, sizeof owner->container_id);
  } else {
    __builtin_memset(owner->container_id, 0, sizeof owner->container_id);
  }
}

/* A process is new when its leader is younger than the tracer, or has executed something since. */
static __always_inline bool is_new(struct task_struct *task) {
  struct task_struct *leader = task->group_leader;
  if (leader->start_boottime > tp_config.started) return true;
  struct tp_task *known = bpf_task_storage_get(&tp_tasks, leader, NULL, 0);
  return known && known->executed;
}

/* Notes that a process has executed something. That of younger ones tells nothing new. */
static __always_inline void note_execution(struct task_struct *task) {
  if (task->start_boottime > tp_config.started) return;
  struct tp_task *known = bpf_task_storage_get(&tp_tasks, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (known) known->executed = 1;
}

static __always_inline struct tp_text_head head_of(__u32 dimension, __u32 length) {
  return (struct tp_text_head){.prefix_length = 32 + 8 * length, .dimension = bpf_htonl(dimension)};
}

/* Puts each text behind the head of its key. An executable is looked up by as much as a key has room for. */
static __always_inline void describe_heads(struct tp_owner *owner) {
  __u32 container = (owner->flags & TP_OWNER_CONTAINER_NEW ? TP_STATE_CONTAINER_NEW : 0) +
                    (owner->flags & TP_OWNER_CONTAINER_STARTED ? TP_STATE_CONTAINER_STARTED : 0);
  __u32 place = owner->mount_namespace == tp_config.host_mount_namespace ? TP_STATE_HOST : 0;
  owner->comm_head = head_of(TP_SCOPE_COMM, TP_COMM_LENGTH);
  owner->node_name_head = head_of(TP_SCOPE_NODE_NAME, TP_NODE_NAME_LENGTH);
  owner->container_id_head = head_of(TP_STATE(TP_SCOPE_CONTAINER_ID, container), TP_CONTAINER_ID_LENGTH);
  owner->executable_head = head_of(TP_STATE(TP_SCOPE_EXECUTABLE, place), TP_TEXT_LENGTH);
}

/* What is known of a task, brought up to date. NULL when there is no memory, or when it is being written right now. */
static __noinline struct tp_task *know(struct task_struct *task) {
  struct tp_task *known = bpf_task_storage_get(&tp_tasks, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (!known) return NULL;
  if (describes(&known->owner, task)) return known;
  if (__sync_val_compare_and_swap(&known->busy, 0, 1) != 0) return NULL;
  describe_ids(&known->owner, task);
  describe_place(&known->owner, task);
  describe_executable(known, task);
  if (is_new(task)) known->owner.flags |= TP_OWNER_NEW;
  describe_heads(&known->owner);
  known->owner.id = __sync_fetch_and_add(&tp_last_owner, 1) + 1;
  known->busy = 0;
  return known;
}

/* Gives a socket its owner. Of two that do so at once the first wins. The next packet finds the row out anew. */
static __always_inline void own(struct tp_socket *socket, const struct tp_task *known) {
  if (!begin_write(&socket->sequence, sequence_of(&socket->sequence))) return;
  *(volatile __u32 *)&socket->generation = 0;
  bpf_probe_read_kernel(&socket->owner, sizeof socket->owner, &known->owner);
  end_write(&socket->sequence);
}

/* Whether a thread is in a system call on the very socket that has this cookie. */
static __always_inline bool holds(struct task_struct *task, __u64 cookie) {
  struct pt_regs *registers = (void *)bpf_task_pt_regs(task);
  if (TP_SYSTEM_CALL(registers) < 0) return false;
  __u64 descriptor = TP_FIRST_ARGUMENT(registers);
  struct fdtable *table = task->files->fdt;
  if (descriptor >= table->max_fds) return false;
  struct file *file = NULL;
  bpf_probe_read_kernel(&file, sizeof file, table->fd + descriptor);
  struct socket *socket = BPF_CORE_READ(file, private_data);
  return cookie && (__u64)BPF_CORE_READ(socket, sk, __sk_common.skc_cookie.counter) == cookie;
}
