/* Cgroups of the v2 tree: their paths, and which of them belong to containers. The rules are those of `ContainerID` in Swift. */
#pragma once

static const struct tp_cgroup new_cgroup = {.path = {TP_CGROUP_HEAD, .text = ""}};

static __always_inline bool is_hexadecimal(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

/* The longest path that the kernel tells of a cgroup, with its NUL. */
#define CGROUP_PATH_MAX 1024

/*
 * The whole path of a new cgroup, of which `tp_cgroup` has room for the beginning, and a search for an id in it. One is
 * enough, for the kernel makes one cgroup at a time; on the stack the verifier would follow each value of the counts.
 */
static struct tp_id_search {
  char path[CGROUP_PATH_MAX];
  __u32 digits; /* in the run that ends here */
  __u32 end;    /* of the last run that is an id; 0: there is none */
} id_search;

/* Counts runs of hexadecimal digits. */
static int search_id(__u32 at, void *context) {
  char c = at < CGROUP_PATH_MAX ? id_search.path[at] : 0;
  if (is_hexadecimal(c)) {
    id_search.digits++;
    return 0;
  }
  if (id_search.digits == TP_CONTAINER_ID_LENGTH && (c == 0 || c == '/' || c == '.')) id_search.end = at;
  id_search.digits = 0;
  return c == 0;
}

/* Whether the text before a run of digits says that it only watches a container: `libpod-conmon-…`, `crio-conmon-…`. */
static __always_inline bool is_monitor(__u32 start) {
  static const char conmon[8] = "conmon-";
  if (start < 7) return false;
  for (__u32 i = 0; i < 7; i++) {
    __u32 at = start - 7 + i;
    if (at >= CGROUP_PATH_MAX || id_search.path[at] != conmon[i]) return false;
  }
  return true;
}

static __always_inline int add_cgroup(struct cgroup *cgroup, const char *path) {
  __u64 id = cgroup->kn->id;
  if (cgroup->root->hierarchy_id != 0) return 0;
  if (bpf_map_update_elem(&tp_cgroups, &id, &new_cgroup, BPF_ANY)) return 0;
  struct tp_cgroup *known = bpf_map_lookup_elem(&tp_cgroups, &id);
  long length = bpf_probe_read_kernel_str(id_search.path, sizeof id_search.path, path);
  if (!known || length < 0) return 0;
  bpf_probe_read_kernel(known->path.text, length < TP_TEXT_LENGTH ? length : TP_TEXT_LENGTH, id_search.path);
  id_search.digits = id_search.end = 0;
  bpf_loop(CGROUP_PATH_MAX, search_id, NULL, 0);
  if (id_search.end < TP_CONTAINER_ID_LENGTH) return 0;
  __u32 start = id_search.end - TP_CONTAINER_ID_LENGTH;
  barrier_var(start);
  if (start > CGROUP_PATH_MAX - TP_CONTAINER_ID_LENGTH || is_monitor(start)) return 0;
  bpf_probe_read_kernel(known->container_id, TP_CONTAINER_ID_LENGTH, id_search.path + start);
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
