// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/* Tasks of the kernel, as programs follow their pointers. */
#pragma once

/*
 * Gives a pointer one of the kernel's types, by a function of the kernel that costs nothing (`bpf_rdonly_cast`, Linux 6.2). Its number
 * is put in when the object is opened. As an external symbol libbpf would look for it in the kernel's modules where there is none, which only
 * the capability for everything allows.
 */
static __always_inline void *with_type(const void *pointer, __u32 type) {
  void *typed;
  asm volatile(
    "r1 = %[pointer]; r2 = %[type]\n"
    ".byte 0x85, 0x20, 0, 0; .long %[cast]\n"
    "%[typed] = r0"
    : [typed] "=r"(typed)
    : [pointer] "r"(pointer), [type] "r"(type), [cast] "i"(TP_CAST)
    : "r0", "r1", "r2", "r3", "r4", "r5");
  return typed;
}

/*
 * The same task, whose pointers the verifier may let us follow and does not trust: to find out whether one can be trusted, it searches
 * the names of all types of the kernel, up to four times.
 */
static __always_inline struct task_struct *unsearched(struct task_struct *task) {
  return tp_config.task_type ? with_type(task, tp_config.task_type) : task;
}

/* The leader of a task's process. Where the registers of that are asked for, it must be trusted. */
static __always_inline struct task_struct *leader_of(struct task_struct *task) {
#if defined(__TARGET_ARCH_arm64)
  return task->group_leader;
#else
  return unsearched(task)->group_leader;
#endif
}
