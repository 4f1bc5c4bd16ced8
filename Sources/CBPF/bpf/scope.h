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

/* Keeps the rules whose scope holds the owner; NULL: nobody. Asked once for each owner and generation, not for each packet. */
__noinline int keep_scope_of(struct tp_owner *owner, __u32 generation, struct tp_row *kept) {
  struct tp_tables tables;
  if (!kept) return 0;
  __u64 *row = kept->words;
  if ((owner && owner->pid == tp_config.tracer) || !tables_of(generation, &tables)) {
    clear(row);
    return 0;
  }
  if (!owner || owner->id == 0) {
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
    keep_text(row, &tables, cgroup ? &cgroup->path.head : &no_path.head);
  }
  return 0;
}
