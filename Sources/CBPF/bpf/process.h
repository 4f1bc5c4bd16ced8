// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/* Changes of processes, for plans that ask who descends from whom or what became of a process. Attached only for those. */
#pragma once

/* A leader may end before its process does: by itself, or because another of its threads executes something. */
static __always_inline bool ends_process(struct task_struct *task) { return unsearched(task)->signal->live.counter == 0; }

/*
 * `parent` is the leader of the process that forked, or that is the parent of one that was found. `comm` is the name that a
 * renamed task is about to get, else NULL.
 */
static __always_inline int record_process(struct task_struct *task, enum tp_process_change change,
                                          struct task_struct *parent, const char *comm) {
  /* A fork is what the parent does. What is found is written at the tracer's own will. */
  struct task_struct *maker = change == TP_PROCESS_FORKED ? parent : task;
  bool has_room = change == TP_PROCESS_FOUND || may_take_change(maker, sizeof(struct tp_process));
  struct tp_process *process = has_room ? bpf_ringbuf_reserve(&tp_ring, sizeof *process, 0) : NULL;
  if (!process) {
    struct tp_counters *counters = own_counters();
    if (counters) count(&counters->processes_full);
    return 0;
  }
  process->kind = TP_RECORD_PROCESS;
  process->change = change;
  process->pid = task->tgid;
  process->parent = parent ? parent->pid : 0;
  process->start_time = task->group_leader->start_boottime;
  process->parent_start_time = parent ? parent->start_boottime : 0;
  if (change != TP_PROCESS_EXITED)
    describe_task(&process->owner, task);
  else
    __builtin_memset(&process->owner, 0, sizeof process->owner);
  if (comm) bpf_probe_read_kernel_str(process->owner.comm, sizeof process->owner.comm, comm);
  bpf_ringbuf_submit(process, 0);
  return 0;
}
