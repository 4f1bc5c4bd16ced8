// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/* Rows of bits, one bit for each rule. */
#pragma once

#define TP_EACH_WORD(i) for (__u32 i = 0; i < TP_ROW_WORDS_MAX && i < tp_config.row_words; i++)

struct tp_tables {
  __u32 slot;
  const struct tp_plan *plan;
  void *rows;
};

/* The tables of a generation. False while there is none. */
static __always_inline bool tables_of(__u32 generation, struct tp_tables *tables) {
  __u32 first = 0;
  tables->slot = generation % TP_PLAN_SLOTS;
  void *plans = bpf_map_lookup_elem(&tp_plans, &tables->slot);
  if (!plans) return false;
  tables->plan = bpf_map_lookup_elem(plans, &first);
  if (!tables->plan || tables->plan->generation != generation) return false;
  tables->rows = bpf_map_lookup_elem(&tp_rows, &tables->slot);
  return tables->rows != NULL;
}

static __always_inline void clear(__u64 *row) {
  TP_EACH_WORD(i) row[i] = 0;
}

/* Keeps of `row` the bits that a row of the tables has too, and says whether any is left. */
static __always_inline bool keep(__u64 *row, const struct tp_tables *tables, __u32 index) {
  const __u64 *other = bpf_map_lookup_elem(tables->rows, &index);
  if (!other) {
    clear(row);
    return false;
  }
  __u64 any = 0;
  TP_EACH_WORD(i) any |= row[i] &= other[i];
  return any != 0;
}

/* The same for the row that a trie gives for a key. A trie of a plan has an entry for every key. */
static __always_inline bool keep_found(__u64 *row, const struct tp_tables *tables, void *tries, const void *key) {
  void *trie = bpf_map_lookup_elem(tries, &tables->slot);
  const __u32 *index = trie ? bpf_map_lookup_elem(trie, key) : NULL;
  if (!index) {
    clear(row);
    return false;
  }
  return keep(row, tables, *index);
}

/* Whether `row` has a bit that a row of the tables has too. */
static __always_inline bool meets(const __u64 *row, const struct tp_tables *tables, __u32 index) {
  const __u64 *other = bpf_map_lookup_elem(tables->rows, &index);
  __u64 any = 0;
  if (other) TP_EACH_WORD(i) any |= row[i] & other[i];
  return any != 0;
}

static __always_inline bool is_empty(const __u64 *row) {
  __u64 any = 0;
  TP_EACH_WORD(i) any |= row[i];
  return !any;
}
