/* Cgroups of the v2 tree: their paths, and which of them belong to containers. The rules are those of `ContainerID` in Swift. */
#pragma once

static const struct tp_cgroup new_cgroup = {.path = {TP_CGROUP_HEAD, .text = ""}};

static __always_inline bool is_hexadecimal(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

struct tp_id_search {
  struct tp_cgroup *cgroup;
};

/* Counts runs of hexadecimal digits. The counts stand in the map: on the stack the verifier would follow each of their values. */
static int search_id(__u32 at, struct tp_id_search *search) {
  struct tp_cgroup *cgroup = search->cgroup;
  char c = at < TP_TEXT_LENGTH ? cgroup->path.text[at] : 0;
  if (is_hexadecimal(c)) {
    cgroup->digits++;
    return 0;
  }
  if (cgroup->digits == TP_CONTAINER_ID_LENGTH && (c == 0 || c == '/' || c == '.')) cgroup->end = at;
  cgroup->digits = 0;
  return c == 0;
}

/* Whether the text before a run of digits says that it only watches a container: `libpod-conmon-…`, `crio-conmon-…`. */
static __always_inline bool is_monitor(const struct tp_cgroup *cgroup, __u32 start) {
  static const char conmon[8] = "conmon-";
  if (start < 7) return false;
  for (__u32 i = 0; i < 7; i++) {
    __u32 at = start - 7 + i;
    if (at >= TP_TEXT_LENGTH || cgroup->path.text[at] != conmon[i]) return false;
  }
  return true;
}

static __always_inline int add_cgroup(struct cgroup *cgroup, const char *path) {
  __u64 id = cgroup->kn->id;
  if (cgroup->root->hierarchy_id != 0) return 0;
  if (bpf_map_update_elem(&tp_cgroups, &id, &new_cgroup, BPF_ANY)) return 0;
  struct tp_cgroup *known = bpf_map_lookup_elem(&tp_cgroups, &id);
  if (!known) return 0;
  bpf_probe_read_kernel_str(known->path.text, sizeof known->path.text, path);
  struct tp_id_search search = {.cgroup = known};
  bpf_loop(TP_TEXT_LENGTH + 1, search_id, &search, 0);
  if (known->end < TP_CONTAINER_ID_LENGTH) return 0;
  __u32 start = known->end - TP_CONTAINER_ID_LENGTH;
  if (start > TP_TEXT_LENGTH - TP_CONTAINER_ID_LENGTH || is_monitor(known, start)) return 0;
  bpf_probe_read_kernel(known->container_id, TP_CONTAINER_ID_LENGTH, known->path.text + start);
  known->flags = TP_OWNER_CONTAINER | TP_OWNER_CONTAINER_NEW;
  return 0;
}

static __always_inline int remove_cgroup(struct cgroup *cgroup) {
  __u64 id = cgroup->kn->id;
  if (cgroup->root->hierarchy_id == 0) bpf_map_delete_elem(&tp_cgroups, &id);
  return 0;
}

/* A container has started when something is executed in it. */
static __always_inline int start_container(struct task_struct *task) {
  __u64 id = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
  struct tp_cgroup *known = bpf_map_lookup_elem(&tp_cgroups, &id);
  if (known && known->flags & TP_OWNER_CONTAINER) known->flags |= TP_OWNER_CONTAINER_STARTED;
  return 0;
}
