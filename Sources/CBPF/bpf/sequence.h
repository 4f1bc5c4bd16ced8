/* What several processors write and read without waiting for each other: a number that is odd while somebody writes. */
#pragma once

#define NO_REORDERING() asm volatile("" ::: "memory")

/* The number as it is now. What is read afterwards is read afterwards: x86 keeps the order of loads, others are told to. */
static __always_inline __u32 sequence_of(const __u32 *sequence) {
#if defined(__TARGET_ARCH_x86)
  NO_REORDERING();
  __u32 now = *(const volatile __u32 *)sequence;
  NO_REORDERING();
  return now;
#else
  return __sync_fetch_and_or((__u32 *)sequence, 0);
#endif
}

/* Takes the right to write, unless somebody wrote since the number was `seen`, or writes right now. */
static __always_inline bool begin_write(__u32 *sequence, __u32 seen) {
  return !(seen & 1) && __sync_val_compare_and_swap(sequence, seen, seen + 1) == seen;
}

static __always_inline void end_write(__u32 *sequence) { __sync_fetch_and_add(sequence, 1); }
