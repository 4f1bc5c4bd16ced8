/* Tasks of the kernel, as programs follow their pointers. */
#pragma once

/* A function of the kernel since Linux 6.2, which gives a pointer a type. It costs nothing. */
extern void *bpf_rdonly_cast(const void *pointer, __u32 type) __ksym __weak;

/*
 * The same task, whose pointers the verifier may let us follow and does not trust: to find out whether one can be trusted, it searches
 * the names of all types of the kernel, up to four times.
 */
static __always_inline struct task_struct *unsearched(struct task_struct *task) {
  return tp_config.task_type ? bpf_rdonly_cast(task, tp_config.task_type) : task;
}

/* The leader of a task's process. Where the registers of that are asked for, it must be trusted. */
static __always_inline struct task_struct *leader_of(struct task_struct *task) {
#if defined(__TARGET_ARCH_arm64)
  return task->group_leader;
#else
  return unsearched(task)->group_leader;
#endif
}
