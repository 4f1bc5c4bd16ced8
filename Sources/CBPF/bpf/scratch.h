// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/* Memory for one run of a program, for what its stack has no room for. */
#pragma once

#define NO_UNROLLING _Pragma("clang loop unroll(disable)")

static __always_inline struct tp_scratch *scratch_at(__u32 number) { return bpf_map_lookup_elem(&tp_scratches, &number); }

/* Claims one that nobody on this processor uses: a run can be interrupted by another. NULL when there is none. */
static __noinline __u32 claim_number(void) {
  for (__u32 number = 0; number < TP_SCRATCHES; number++) {
    struct tp_scratch *scratch = scratch_at(number);
    if (scratch && __sync_val_compare_and_swap(&scratch->busy, 0, 1) == 0) {
      scratch->number = number;
      return number;
    }
  }
  return TP_SCRATCHES;
}

static __always_inline struct tp_scratch *claim_scratch(void) { return scratch_at(claim_number()); }

static __always_inline void release_scratch(struct tp_scratch *scratch) { *(volatile __u32 *)&scratch->busy = 0; }

static __always_inline void count(__u64 *counter) { __sync_fetch_and_add(counter, 1); }

static __always_inline void count_failure(enum tp_failure failure) {
  struct tp_counters *counters = own_counters();
  if (counters) count(&counters->failures[failure]);
}
