/* Who descends from whom: kept for each process from its fork on, so that a parent which ends stays an ancestor. */
#pragma once

static const struct tp_descent no_descent = {};

/* The room for a process's ancestors, empty. NULL when there is none, which is counted. */
static __always_inline struct tp_descent *make_descent(const struct tp_process_key *key) {
  if (bpf_map_update_elem(&tp_descents, key, &no_descent, BPF_ANY)) {
    struct tp_counters *counters = counters_of_processor();
    if (counters) count(&counters->processes_full);
    return NULL;
  }
  return bpf_map_lookup_elem(&tp_descents, key);
}

struct tp_ancestor_walk {
  struct tp_descent *descent;
  struct task_struct *task;
};

static int walk_ancestor(__u32 index, struct tp_ancestor_walk *walk) {
  struct task_struct *task = walk->task;
  struct task_struct *leader = BPF_CORE_READ(task, real_parent, group_leader);
  __u32 pid = BPF_CORE_READ(leader, pid);
  struct tp_descent *descent = walk->descent;
  if (pid == 0 || index >= TP_ANCESTORS_MAX) return 1;
  descent->ancestors[index] = pid;
  descent->count = index + 1;
  walk->task = leader;
  return 0;
}

/* Finds the ancestors of a process among those that still run, unless they are known. */
static __always_inline int find_descent(struct task_struct *leader) {
  struct tp_process_key key = process_key(leader);
  if (bpf_map_lookup_elem(&tp_descents, &key)) return 0;
  struct tp_ancestor_walk walk = {.descent = make_descent(&key), .task = leader};
  if (walk.descent) bpf_loop(TP_ANCESTORS_MAX, walk_ancestor, &walk, 0);
  return 0;
}

/* A new process descends from the one that forked it, and from whomever that descends. */
static __always_inline int inherit_descent(struct task_struct *parent, struct task_struct *child) {
  struct task_struct *forker = parent->group_leader;
  struct tp_process_key parent_key = process_key(forker), key = process_key(child);
  find_descent(forker);
  struct tp_descent *descent = make_descent(&key);
  const struct tp_descent *above = bpf_map_lookup_elem(&tp_descents, &parent_key);
  if (!descent) return 0;
  __u32 count = above ? above->count : 0;
  if (above) __builtin_memcpy(descent->ancestors + 1, above->ancestors, sizeof above->ancestors - sizeof(__u32));
  descent->ancestors[0] = forker->pid;
  descent->count = count < TP_ANCESTORS_MAX ? count + 1 : TP_ANCESTORS_MAX;
  return 0;
}

/* Forgets the process that exited long ago, when the last thread of another one exits. */
static __always_inline int end_descent(struct task_struct *task) {
  if (!ends_process(task)) return 0;
  struct tp_process_key key = process_key(task->group_leader), oldest;
  if (bpf_map_push_elem(&tp_exited, &key, 0) == 0) return 0;
  if (bpf_map_pop_elem(&tp_exited, &oldest) == 0) bpf_map_delete_elem(&tp_descents, &oldest);
  bpf_map_push_elem(&tp_exited, &key, BPF_EXIST);
  return 0;
}
