// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/*
 * What several processors write and read without waiting for each other: a number that is odd while somebody writes. Above it
 * stand who wrote last, that is a processor and its scratch, and a part of the address of the number: for what is kept with a listening
 * socket is copied to each one that it accepts, perhaps while somebody writes it. Nobody will end that in the copy, so there it counts for
 * nothing.
 */
#pragma once

#define NO_REORDERING() asm volatile("" ::: "memory")

/* The sequence as it is now. What is read afterwards is read afterwards: x86 keeps the order of loads, others are told to. */
static __always_inline __u64 sequence_of(const __u64 *sequence) {
#if defined(__TARGET_ARCH_x86)
  NO_REORDERING();
  __u64 now = *(const volatile __u64 *)sequence;
  NO_REORDERING();
  return now;
#else
  return __sync_fetch_and_or((__u64 *)sequence, 0);
#endif
}

#define TP_COUNT_BITS 32
#define TP_WRITER_BITS 16
#define TP_SCRATCH_BITS 3

/* A part of an address, as it stands in the highest bits of a sequence. The verifier lets no address be shifted, but its lower half. */
static __always_inline __u64 place_of(const __u64 *sequence) {
  __u64 place;
  asm volatile("r1 = %[from]; w1 = w1; %[to] = r1" : [to] "=r"(place) : [from] "r"(sequence) : "r1");
  return place >> 6 << (TP_COUNT_BITS + TP_WRITER_BITS);
}

/* Whether somebody writes: not in a copy that was made while somebody wrote the original. */
static __always_inline bool is_written(const __u64 *sequence, __u64 seen) {
  return seen & 1 && seen >> (TP_COUNT_BITS + TP_WRITER_BITS) == place_of(sequence) >> (TP_COUNT_BITS + TP_WRITER_BITS);
}

/*
 * Takes the right to write, unless somebody wrote since the sequence was `seen`, or writes right now: 0 then, else the sequence
 * as it will be when the writing has ended. `scratch` is the number of the writer's own.
 */
static __always_inline __u64 begin_write(__u64 *sequence, __u64 seen, __u32 scratch) {
  if (is_written(sequence, seen)) return 0;
  __u64 writer = (__u64)bpf_get_smp_processor_id() << TP_SCRATCH_BITS | scratch;
  __u64 above = place_of(sequence) | (writer & ((1 << TP_WRITER_BITS) - 1)) << TP_COUNT_BITS;
  __u32 odd = ((__u32)seen + 1) | 1;
  if (__sync_val_compare_and_swap(sequence, seen, above | odd) != seen) return 0;
  return above | (__u32)(odd + 1);
}

static __always_inline void end_write(__u64 *sequence) { __sync_fetch_and_add((__u32 *)sequence, 1); }
