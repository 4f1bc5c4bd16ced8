/* Memory for one run of a program, for what its stack has no room for. */
#pragma once

static __always_inline struct tp_scratch *scratch_at(__u32 place) { return bpf_map_lookup_elem(&tp_scratches, &place); }

/* Claims a place that nobody on this processor uses: a run can be interrupted by another. TP_SCRATCHES when there is none. */
static __noinline __u32 claim_scratch(void) {
  for (__u32 place = 0; place < TP_SCRATCHES; place++) {
    struct tp_scratch *scratch = scratch_at(place);
    if (scratch && __sync_val_compare_and_swap(&scratch->busy, 0, 1) == 0) return place;
  }
  return TP_SCRATCHES;
}

static __always_inline void release_scratch(struct tp_scratch *scratch) { *(volatile __u32 *)&scratch->busy = 0; }

static __always_inline void count(__u64 *counter) { __sync_fetch_and_add(counter, 1); }

static __always_inline struct tp_counters *counters_of_processor(void) {
  __u32 first = 0;
  return bpf_map_lookup_elem(&tp_counters, &first);
}

static __always_inline void count_failure(enum tp_failure failure) {
  struct tp_counters *counters = counters_of_processor();
  if (counters) count(&counters->failures[failure]);
}
