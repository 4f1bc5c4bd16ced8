// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/* Which rules have an owner in scope. */
#pragma once

static __always_inline bool keep_number(__u64 *row, const struct tp_tables *tables, __u32 dimension, __u64 value) {
  struct tp_number_key key = {
    .prefix_length = 96, .dimension = bpf_htonl(dimension), .value = bpf_cpu_to_be64(value)};
  return keep_found(row, tables, &tp_numbers, &key);
}

/* A text is looked up where it stands. */
static __always_inline bool keep_text(__u64 *row, const struct tp_tables *tables, const struct tp_text_head *head) {
  return keep_found(row, tables, &tp_texts, head);
}

#define TP_CGROUP_HEAD .head = {.prefix_length = 32 + 8 * TP_TEXT_LENGTH, .dimension = bpf_htonl(TP_SCOPE_CGROUP)}
static const struct tp_text_key no_path = {TP_CGROUP_HEAD, .text = ""};

/* The dimension that a number of the owner is looked up in. */
static __always_inline __u32 number_dimension(__u32 dimension, const struct tp_owner *owner) {
  bool has_states = dimension == TP_SCOPE_PID || dimension == TP_SCOPE_NS_PID;
  return has_states && owner->flags & TP_OWNER_NEW ? TP_STATE(dimension, TP_STATE_NEW) : dimension;
}

struct tp_tree_walk {
  const struct tp_tables *tables;
  const struct tp_owner *owner;
  const struct tp_descent *descent;
  __u64 *row;
  __u64 some, some_too, none; /* of the word that is looked at */
  bool is_end;                /* of the ancestors */
};

/* One word of the row that a number has in a dimension of trees; `otherwise` when nobody asks in that. */
static __always_inline __u64 word_of(const struct tp_tree_walk *walk, __u32 dimension, __u32 value, __u32 word,
                                     __u64 otherwise) {
  struct tp_number_key key = {
    .prefix_length = 96, .dimension = bpf_htonl(dimension), .value = bpf_cpu_to_be64(value)};
  if (!(walk->tables->plan->scope_dimensions & (1 << dimension))) return otherwise;
  void *trie = bpf_map_lookup_elem(&tp_numbers, &walk->tables->slot);
  const __u32 *index = trie ? bpf_map_lookup_elem(trie, &key) : NULL;
  const __u64 *row = index ? bpf_map_lookup_elem(walk->tables->rows, index) : NULL;
  return row ? row[word] : 0;
}

/* The process itself, then its ancestors; 0 behind the last. Of one that nobody saw forked at least the parent is known. */
static __always_inline __u32 ancestor_of(const struct tp_tree_walk *walk, __u32 index) {
  const struct tp_descent *descent = walk->descent;
  if (index == 0) return walk->owner->pid;
  if (!descent) return index == 1 ? walk->owner->ppid : 0;
  if (index > descent->count) return 0;
  index--;
  barrier_var(index); /* or the compiler leaves out what the verifier wants to see */
  return index < TP_ANCESTORS_MAX ? descent->ancestors[index] : 0;
}

/* Asks about each ancestor for the first word of the row, then for the next: whole rows have no room on the stack. */
static int ask_ancestor(__u32 step, struct tp_tree_walk *walk) {
  __u32 word = step / (TP_ANCESTORS_MAX + 1), index = step % (TP_ANCESTORS_MAX + 1);
  if (word >= TP_ROW_WORDS_MAX || word >= tp_config.row_words) return 1;
  if (index == 0) {
    walk->is_end = !(walk->tables->plan->tree_words & (1 << word));
    walk->some = walk->some_too = walk->is_end ? ~0ULL : 0;
    walk->none = ~0ULL;
  }
  __u32 pid = walk->is_end ? 0 : ancestor_of(walk, index);
  if (pid) {
    walk->some |= word_of(walk, TP_SCOPE_TREE, pid, word, ~0ULL);
    walk->some_too |= word_of(walk, TP_SCOPE_TREE_TOO, pid, word, ~0ULL);
    walk->none &= word_of(walk, TP_SCOPE_TREE_NONE, pid, word, ~0ULL);
  } else {
    walk->is_end = true;
  }
  if (index == TP_ANCESTORS_MAX) walk->row[word] &= walk->some & walk->some_too & walk->none;
  return 0;
}

/* Keeps of `row` the rules that hold of the owner's ancestors. */
static __always_inline void keep_tree(const struct tp_owner *owner, const struct tp_tables *tables, __u64 *row) {
  struct tp_process_key key = {.start_time = owner->leader_start_time, .pid = owner->pid};
  struct tp_tree_walk walk = {.tables = tables, .owner = owner, .row = row};
  walk.descent = bpf_map_lookup_elem(&tp_descents, &key);
  bpf_loop((TP_ANCESTORS_MAX + 1) * tp_config.row_words, ask_ancestor, &walk, 0);
}

static __always_inline bool is_tracer(const struct tp_owner *owner) {
  return owner->ns_pid == tp_config.tracer && owner->pid_namespace == tp_config.tracer_namespace;
}

/*
 * Fills the row `scope` of a scratch with the rules whose scope holds its `owner`; an id of 0 is nobody's. The scratch is looked up
 * here, for before Linux 6.2 what a function is given cannot be a key. Asked once for each owner and generation, not for each packet.
 */
__noinline int ask_scope(__u32 scratch_number, __u32 generation) {
  struct tp_tables tables;
  struct tp_scratch *scratch = scratch_at(scratch_number);
  if (!scratch) return 0;
  struct tp_owner *owner = &scratch->owner;
  __u64 *row = scratch->scope.words;
  if (is_tracer(owner) || !tables_of(generation, &tables)) {
    clear(row);
    return 0;
  }
  TP_EACH_WORD(i) row[i] = ~0ULL;
  if (owner->id == 0) {
    keep(row, &tables, tables.plan->no_owner);
    return 0;
  }
  __u32 dimensions = tables.plan->scope_dimensions;
#define X(symbol, number, field)                                                               \
  if (dimensions & (1 << number) &&                                                            \
      !keep_number(row, &tables, number_dimension(number, owner), owner->field))               \
    return 0;
  TP_SCOPE_NUMBERS(X)
#undef X
#define X(symbol, field) \
  if (dimensions & (1 << TP_SCOPE_##symbol) && !keep_text(row, &tables, &owner->field##_head)) return 0;
  TP_SCOPE_TEXTS(X)
#undef X
  if (dimensions & (1 << TP_SCOPE_CONTAINER) &&
      !keep(row, &tables, tables.plan->container[owner->flags & TP_OWNER_CONTAINER ? 1 : 0]))
    return 0;
  if (dimensions & (1 << TP_SCOPE_CGROUP)) {
    __u64 id = owner->cgroup_id;
    const struct tp_cgroup *cgroup = bpf_map_lookup_elem(&tp_cgroups, &id);
    if (!keep_text(row, &tables, cgroup ? &cgroup->path.head : &no_path.head)) return 0;
  }
  if (tables.plan->tree_words) keep_tree(owner, &tables, row);
  return 0;
}
