/* Changes of processes, for plans that ask who descends from whom or what became of a process. Attached only for those. */
#pragma once

/* A leader may end before its process does: by itself, or because another of its threads executes something. */
static __always_inline bool ends_process(struct task_struct *task) { return task->signal->live.counter == 0; }

/* `comm` is the name that a renamed task is about to get, else NULL. */
static __always_inline int record_process(struct task_struct *task, enum tp_process_change change, __u32 parent,
                                          const char *comm) {
  struct tp_counters *counters = counters_of_processor();
  struct tp_process *process = bpf_ringbuf_reserve(&tp_ring, sizeof *process, 0);
  if (!process) {
    if (counters) count(&counters->processes_full);
    return 0;
  }
  process->kind = TP_RECORD_PROCESS;
  process->change = change;
  process->pid = task->tgid;
  process->parent = parent;
  if (change != TP_PROCESS_EXITED)
    describe_task(&process->owner, task);
  else
    __builtin_memset(&process->owner, 0, sizeof process->owner);
  if (comm) bpf_probe_read_kernel_str(process->owner.comm, sizeof process->owner.comm, comm);
  bpf_ringbuf_submit(process, 0);
  return 0;
}
