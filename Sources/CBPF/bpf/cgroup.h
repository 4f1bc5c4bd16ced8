// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/* Cgroups of the v2 tree: their paths, and which of them belong to containers. The rules are those of `ContainerID` in Swift. */
#pragma once

static const struct tp_cgroup new_cgroup = {.path = {TP_CGROUP_HEAD, .text = ""}};

static __always_inline bool is_hexadecimal(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

/* The longest name of a cgroup, with its NUL. */
#define CGROUP_NAME_MAX 256

/*
 * The name of a new cgroup, a search for an id in it, and the beginning of its path. One is enough, for the kernel makes one
 * cgroup at a time; on the stack the verifier would follow each value of the counts.
 */
static struct tp_id_search {
  char name[CGROUP_NAME_MAX];
  char path[CGROUP_NAME_MAX];
  __u32 digits; /* in the run that ends here */
  __u32 end;    /* of the first run that is an id; 0: there is none */
} id_search;

/* Whether the name begins with a text. Without branches, each of which the verifier would follow. */
#define BEGINS_WITH(text)                                                                            \
  ({                                                                                                 \
    __u32 difference = 0;                                                                            \
    for (__u32 i = 0; i < sizeof(text) - 1; i++) difference |= id_search.name[i] ^ (text)[i];        \
    barrier_var(difference);                                                                         \
    difference == 0;                                                                                 \
  })

/* Whether what stands before an id says that the cgroup's process only watches a container: that is none itself. */
static __always_inline bool is_monitor(__u32 start) {
  if (start == sizeof("libpod-conmon-") - 1) return BEGINS_WITH("libpod-conmon-");
  return start == sizeof("crio-conmon-") - 1 && BEGINS_WITH("crio-conmon-");
}

/* Counts runs of hexadecimal digits, and ends with the first that is an id. */
static int search_id(__u32 at, void *context) {
  char c = at < CGROUP_NAME_MAX ? id_search.name[at] : 0;
  if (is_hexadecimal(c)) {
    id_search.digits++;
    return 0;
  }
  if (id_search.digits == TP_CONTAINER_ID_LENGTH && (c == 0 || c == '.') && !is_monitor(at - TP_CONTAINER_ID_LENGTH)) {
    id_search.end = at;
    return 1;
  }
  id_search.digits = 0;
  return c == 0;
}

/* Cgroups that are this many levels below the root, or more, get no container's id from their own names. */
#define CGROUP_DEPTH_MAX 64

struct tp_ancestry {
  struct cgroup *cgroup;
  bool is_roots; /* so far every directory above belongs to root */
  bool is_whole;
};

/* Asks who owns the directory above. One whose owner nobody ever changed has no attributes of its own: it is root's. */
static int look_above(__u32 step, struct tp_ancestry *ancestry) {
  struct cgroup *cgroup = ancestry->cgroup, *above = BPF_CORE_READ(cgroup, self.parent, cgroup);
  if (!above) {
    ancestry->is_whole = true;
    return 1;
  }
  struct kernfs_iattrs *attributes = BPF_CORE_READ(above, kn, iattr);
  if (attributes && BPF_CORE_READ(attributes, ia_uid.val) != 0) {
    ancestry->is_roots = false;
    return 1;
  }
  ancestry->cgroup = above;
  return 0;
}

/* Whether root gave a new cgroup its name. Names in a subtree that was delegated to somebody else can be made up. */
static __always_inline bool is_named_by_root(struct cgroup *cgroup) {
  struct tp_ancestry ancestry = {.cgroup = cgroup, .is_roots = true};
  if (unsearched(bpf_get_current_task_btf())->cred->fsuid.val != 0) return false;
  bpf_loop(CGROUP_DEPTH_MAX, look_above, &ancestry, 0);
  return ancestry.is_roots && ancestry.is_whole;
}

/* Finds the container's id in the name of a new cgroup. */
static __always_inline void find_container(struct tp_cgroup *known, struct cgroup *cgroup) {
  if (bpf_probe_read_kernel_str(id_search.name, sizeof id_search.name, BPF_CORE_READ(cgroup, kn, name)) < 0) return;
  id_search.digits = id_search.end = 0;
  bpf_loop(CGROUP_NAME_MAX, search_id, NULL, 0);
  if (id_search.end < TP_CONTAINER_ID_LENGTH) return;
  __u32 start = id_search.end - TP_CONTAINER_ID_LENGTH;
  /* Or the check would be of another register than the one that is used. */
  barrier_var(start);
  if (start > CGROUP_NAME_MAX - TP_CONTAINER_ID_LENGTH) return;
  bpf_probe_read_kernel(known->container_id, TP_CONTAINER_ID_LENGTH, id_search.name + start);
  known->flags = TP_OWNER_CONTAINER | TP_OWNER_CONTAINER_NEW;
}

/* Forgets the cgroup that was removed before all others that are still known. False when there is none. */
static __always_inline bool forget_cgroup(void) {
  __u64 oldest;
  if (bpf_map_pop_elem(&tp_removed, &oldest)) return false;
  bpf_map_delete_elem(&tp_cgroups, &oldest);
  return true;
}

/* The room for a new cgroup below one that is known, empty. NULL when there is none. */
static __always_inline struct tp_cgroup *make_cgroup(const __u64 *id) {
  if (bpf_map_update_elem(&tp_cgroups, id, &new_cgroup, BPF_ANY) &&
      (!forget_cgroup() || bpf_map_update_elem(&tp_cgroups, id, &new_cgroup, BPF_ANY)))
    return NULL;
  return bpf_map_lookup_elem(&tp_cgroups, id);
}

/*
 * One whose parent is not known is left out: while the tracer starts, the walk over all cgroups comes to it after its parent,
 * and later there was no room for the parent either.
 */
static __always_inline int add_cgroup(struct cgroup *cgroup, const char *path) {
  if (BPF_CORE_READ(cgroup, root, hierarchy_id) != 0) return 0;
  __u64 id = BPF_CORE_READ(cgroup, kn, id), above = BPF_CORE_READ(cgroup, self.parent, cgroup, kn, id);
  const struct tp_cgroup *parent = bpf_map_lookup_elem(&tp_cgroups, &above);
  struct tp_cgroup *known = parent ? make_cgroup(&id) : NULL;
  if (!known) {
    struct tp_counters *counters = own_counters();
    if (counters) count(&counters->cgroups_unknown);
    return 0;
  }
  long length = bpf_probe_read_kernel_str(id_search.path, sizeof id_search.path, path);
  if (length > 0)
    bpf_probe_read_kernel(known->path.text, length < TP_TEXT_LENGTH ? length : TP_TEXT_LENGTH, id_search.path);
  /* The outermost id counts: what a container makes below its cgroup belongs to it, whatever it is called. */
  if (parent->flags & TP_OWNER_CONTAINER) {
    __builtin_memcpy(known->container_id, parent->container_id, sizeof known->container_id);
    known->flags = parent->flags;
  } else if (is_named_by_root(cgroup)) {
    find_container(known, cgroup);
  }
  return 0;
}

/* A cgroup that was removed stays known until many more have been. */
static __always_inline int remove_cgroup(struct cgroup *cgroup) {
  __u64 id = BPF_CORE_READ(cgroup, kn, id);
  if (BPF_CORE_READ(cgroup, root, hierarchy_id) != 0 || bpf_map_push_elem(&tp_removed, &id, 0) == 0) return 0;
  forget_cgroup();
  bpf_map_push_elem(&tp_removed, &id, BPF_EXIST);
  return 0;
}

/* A container has started when something is executed in it. */
static __always_inline int start_container(struct task_struct *task) {
  __u64 id = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
  struct tp_cgroup *known = bpf_map_lookup_elem(&tp_cgroups, &id);
  if (known && known->flags & TP_OWNER_CONTAINER) known->flags |= TP_OWNER_CONTAINER_STARTED;
  return 0;
}
