/*
 * What several processors write and read without waiting for each other: a number that is odd while somebody writes. Above it
 * stands where the sequence was when it was last written. For what is kept with a listening socket is copied to each one
 * that it accepts, perhaps while somebody writes it: nobody will end that in the copy, so there it counts for nothing.
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

/* The lower half of an address. The compiler would shift the whole of it, which the verifier refuses for an address. */
static __always_inline __u64 place_of(const __u64 *sequence) {
  __u64 place;
  asm volatile("r1 = %[from]; w1 = w1; %[to] = r1" : [to] "=r"(place) : [from] "r"(sequence) : "r1");
  return place;
}

/*
 * Takes the right to write, unless somebody wrote since the sequence was `seen`, or writes right now: 0 then, else the sequence
 * as it will be when the writing has ended.
 */
static __always_inline __u64 begin_write(__u64 *sequence, __u64 seen) {
  __u64 place = place_of(sequence);
  if (seen & 1 && seen >> 32 == place) return 0;
  __u32 odd = ((__u32)seen + 1) | 1;
  if (__sync_val_compare_and_swap(sequence, seen, place << 32 | odd) != seen) return 0;
  return place << 32 | (__u32)(odd + 1);
}

static __always_inline void end_write(__u64 *sequence) { __sync_fetch_and_add((__u32 *)sequence, 1); }
