// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/* Who descends from whom: kept for each process from its fork on, so that a parent which ends stays an ancestor. */
#pragma once

static const struct tp_descent no_descent = {};

/* Forgets the process that exited before all others that are still known. False when there is none. */
static __always_inline bool forget_descent(void) {
  struct tp_process_key oldest;
  if (bpf_map_pop_elem(&tp_exited, &oldest)) return false;
  bpf_map_delete_elem(&tp_descents, &oldest);
  return true;
}

/* The room for a process's ancestors, empty. NULL when there is none, which is counted. */
static __always_inline struct tp_descent *make_descent(const struct tp_process_key *key) {
  if (bpf_map_update_elem(&tp_descents, key, &no_descent, BPF_ANY) &&
      (!forget_descent() || bpf_map_update_elem(&tp_descents, key, &no_descent, BPF_ANY))) {
    struct tp_counters *counters = own_counters();
    if (counters) count(&counters->descents_full);
    return NULL;
  }
  return bpf_map_lookup_elem(&tp_descents, key);
}

/* Counts a process that has more ancestors than are kept. */
static __always_inline void count_cut(void) {
  struct tp_counters *counters = own_counters();
  if (counters) count(&counters->ancestors_cut);
}

struct tp_ancestor_walk {
  struct tp_descent *descent;
  struct task_struct *task;
};

/* One step more than there is room for, to know whether there is another ancestor. */
static int walk_ancestor(__u32 index, struct tp_ancestor_walk *walk) {
  struct task_struct *task = walk->task;
  struct task_struct *leader = BPF_CORE_READ(task, real_parent, group_leader);
  __u32 pid = BPF_CORE_READ(leader, pid);
  struct tp_descent *descent = walk->descent;
  if (pid == 0) return 1;
  if (index >= TP_ANCESTORS_MAX) {
    count_cut();
    return 1;
  }
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
  if (walk.descent) bpf_loop(TP_ANCESTORS_MAX + 1, walk_ancestor, &walk, 0);
  return 0;
}

/*
 * A new process descends from the one that forked it, and from whomever that descends. Of more ancestors than there is room for,
 * the nearest half and the farthest half are kept: so nobody leaves a tree by forking again and again.
 */
static __always_inline int inherit_descent(struct task_struct *parent, struct task_struct *child) {
  const __u32 half = TP_ANCESTORS_MAX / 2, size = sizeof(__u32);
  struct task_struct *forker = parent->group_leader;
  struct tp_process_key parent_key = process_key(forker), key = process_key(child);
  find_descent(forker);
  struct tp_descent *descent = make_descent(&key);
  const struct tp_descent *above = bpf_map_lookup_elem(&tp_descents, &parent_key);
  if (!descent) return 0;
  __u32 count = above ? above->count : 0;
  descent->ancestors[0] = forker->pid;
  descent->count = count < TP_ANCESTORS_MAX ? count + 1 : TP_ANCESTORS_MAX;
  if (!above) return 0;
  __builtin_memcpy(descent->ancestors + 1, above->ancestors, (half - 1) * size);
  if (count < TP_ANCESTORS_MAX) {
    __builtin_memcpy(descent->ancestors + half, above->ancestors + half - 1, half * size);
    return 0;
  }
  __builtin_memcpy(descent->ancestors + half, above->ancestors + half, half * size);
  count_cut();
  return 0;
}

/* Forgets the process that exited long ago, when the last thread of another one exits. */
static __always_inline int end_descent(struct task_struct *task) {
  if (!ends_process(task)) return 0;
  struct tp_process_key key = process_key(task->group_leader);
  if (bpf_map_push_elem(&tp_exited, &key, 0) == 0) return 0;
  forget_descent();
  bpf_map_push_elem(&tp_exited, &key, BPF_EXIST);
  return 0;
}
