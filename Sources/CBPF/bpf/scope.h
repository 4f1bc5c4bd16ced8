/* Which rules have an owner in scope. */
#pragma once

static __always_inline bool keep_number(__u64 *row, const struct tp_tables *tables, __u32 dimension, __u64 value) {
  struct tp_number_key key = {
    .prefix_length = 96, .dimension = bpf_htonl(dimension), .value = bpf_cpu_to_be64(value)};
  return keep_found(row, tables, &tp_numbers, &key);
}

static __always_inline bool keep_comm(__u64 *row, const struct tp_tables *tables, const struct tp_owner *owner) {
  struct tp_text_key key = {.prefix_length = 32 + 8 * TP_COMM_LENGTH, .dimension = bpf_htonl(TP_SCOPE_COMM)};
  __builtin_memcpy(key.text, owner->comm, TP_COMM_LENGTH);
  return keep_found(row, tables, &tp_texts, &key);
}

static const struct tp_path_key no_path = {.prefix_length = 8 * TP_CGROUP_PATH_LENGTH};

/* Keeps of `row` the rules whose scope holds the owner. Asked once for each owner and generation, not for each packet. */
static __noinline int keep_scope_of(const struct tp_owner *owner, __u32 generation, __u64 *row) {
  struct tp_tables tables;
  if (!owner || !row) return 0;
  if (owner->pid == tp_config.tracer || !tables_of(generation, &tables)) {
    clear(row);
    return 0;
  }
  if (owner->id == 0) {
    keep(row, &tables, tables.plan->no_owner);
    return 0;
  }
  __u32 dimensions = tables.plan->scope_dimensions;
#define X(symbol, number, field) \
  if (dimensions & (1 << number) && !keep_number(row, &tables, number, owner->field)) return 0;
  TP_SCOPE_NUMBERS(X)
#undef X
  if (dimensions & (1 << TP_SCOPE_COMM) && !keep_comm(row, &tables, owner)) return 0;
  if (dimensions & (1 << TP_SCOPE_CONTAINER) &&
      !keep(row, &tables, tables.plan->container[owner->flags & TP_OWNER_CONTAINER ? 1 : 0]))
    return 0;
  if (dimensions & (1 << TP_SCOPE_CGROUP)) {
    __u64 id = owner->cgroup_id;
    const struct tp_cgroup *cgroup = bpf_map_lookup_elem(&tp_cgroups, &id);
    keep_found(row, &tables, &tp_paths, cgroup ? &cgroup->path : &no_path);
  }
  return 0;
}
