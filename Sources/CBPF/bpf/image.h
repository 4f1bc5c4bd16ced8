// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/* What processes execute: their paths, taken when they execute them, so that nobody changes his own later. */
#pragma once

#define CUT_LENGTH (sizeof TP_CUT - 1)

struct tp_path_walk {
  struct dentry *entry;
  struct mount *mount;
  char *path;
  __u32 start; /* of what stands in `path` so far; it ends at TP_EXECUTABLE_LENGTH */
  bool is_whole;
};

/* Puts one name before what is there, or goes from the root of a mount to the place where it is mounted. */
static int walk_up(__u32 step, struct tp_path_walk *walk) {
  struct dentry *entry = walk->entry;
  struct mount *mount = walk->mount;
  struct dentry *parent = BPF_CORE_READ(entry, d_parent);
  if (entry == BPF_CORE_READ(mount, mnt.mnt_root) || entry == parent) {
    struct mount *above = BPF_CORE_READ(mount, mnt_parent);
    walk->is_whole = above == mount;
    if (walk->is_whole) return 1;
    walk->entry = BPF_CORE_READ(mount, mnt_mountpoint);
    walk->mount = above;
    return 0;
  }
  __u32 length = BPF_CORE_READ(entry, d_name.len);
  if (length + 1 + CUT_LENGTH > walk->start || walk->start > TP_EXECUTABLE_LENGTH) return 1;
  walk->start -= length + 1;
  char *at = walk->path + (walk->start & (TP_EXECUTABLE_LENGTH - 1));
  *at = '/';
  bpf_probe_read_kernel(at + 1, length & (TP_EXECUTABLE_LENGTH - 1), BPF_CORE_READ(entry, d_name.name));
  walk->entry = parent;
  return 0;
}

/* The most names and mounts that a path is followed through. */
#define PATH_STEPS_MAX 128

/* Puts the path of a file together, from its end, in `work`. What was cut says so. `path` is all zero before. */
static __always_inline void describe_path(char *path, char *work, struct file *file) {
  struct tp_path_walk walk = {.path = work, .start = TP_EXECUTABLE_LENGTH};
  void *mounted = BPF_CORE_READ(file, f_path.mnt);
  walk.entry = BPF_CORE_READ(file, f_path.dentry);
  walk.mount = mounted - bpf_core_field_offset(struct mount, mnt);
  bpf_loop(PATH_STEPS_MAX, walk_up, &walk, 0);
  __u32 start = walk.start;
  if (!walk.is_whole && start >= CUT_LENGTH) {
    start -= CUT_LENGTH;
    for (__u32 i = 0; i < CUT_LENGTH; i++) work[(start + i) & (TP_EXECUTABLE_LENGTH - 1)] = TP_CUT[i];
  }
  barrier_var(start);
  if (start >= TP_EXECUTABLE_LENGTH) return;
  __u32 length = TP_EXECUTABLE_LENGTH - start;
  bpf_probe_read_kernel(path, length, work + start);
}

static __always_inline struct tp_process_key process_key(struct task_struct *leader) {
  return (struct tp_process_key){.start_time = leader->start_boottime, .pid = leader->tgid};
}

static const struct tp_image no_image = {};

/* What is noted of the process of a leader; NULL when that is nothing. */
static __always_inline struct tp_image *image_of(struct task_struct *leader) {
  struct tp_process_key key = process_key(leader);
  return bpf_map_lookup_elem(&tp_images, &key);
}

/* Notes what the process of a leader executes now. */
static __noinline struct tp_image *note_image(struct task_struct *leader, struct tp_scratch *scratch) {
  struct tp_process_key key = process_key(leader);
  if (bpf_map_update_elem(&tp_images, &key, &no_image, BPF_ANY)) {
    count_failure(TP_FAILED_PROCESS);
    return NULL;
  }
  struct tp_image *image = bpf_map_lookup_elem(&tp_images, &key);
  struct file *file = BPF_CORE_READ(leader, mm, exe_file);
  if (image && file) describe_path(image->path, scratch->path, file);
  return image;
}

/* A process that executes something is new from then on. */
static __always_inline int note_execution(struct task_struct *task) {
  struct tp_scratch *scratch = claim_scratch();
  if (!scratch) {
    count_failure(TP_FAILED_PROCESS);
    return 0;
  }
  struct tp_image *image = note_image(task, scratch);
  if (image) image->is_new = 1;
  release_scratch(scratch);
  return 0;
}

/* Notes what a process executes that is older than the tracer. What its fork or its execution told is better. */
static __always_inline int find_image(struct task_struct *leader) {
  if (image_of(leader)) return 0;
  struct tp_scratch *scratch = claim_scratch();
  if (!scratch) return 0;
  note_image(leader, scratch);
  release_scratch(scratch);
  return 0;
}

/* A new process executes what the one that forked it does. */
static __always_inline int inherit_image(struct task_struct *parent, struct task_struct *child) {
  struct tp_process_key key = process_key(child);
  struct tp_image *image = image_of(unsearched(parent)->group_leader);
  if (!image) return 0;
  if (bpf_map_update_elem(&tp_images, &key, image, BPF_ANY)) count_failure(TP_FAILED_PROCESS);
  image = bpf_map_lookup_elem(&tp_images, &key);
  if (!image) return 0;
  image->is_new = 1;
  image->owns = 0;
  return 0;
}

/* Forgets a process that exits and owned no socket, else the one that exited long ago. */
static __always_inline int end_image(struct task_struct *task) {
  struct tp_process_key key = process_key(unsearched(task)->group_leader), oldest;
  struct tp_image *image = bpf_map_lookup_elem(&tp_images, &key);
  if (!image) return 0;
  if (!image->owns) {
    bpf_map_delete_elem(&tp_images, &key);
    return 0;
  }
  if (bpf_map_push_elem(&tp_ended, &key, 0) == 0) return 0;
  if (bpf_map_pop_elem(&tp_ended, &oldest) == 0) bpf_map_delete_elem(&tp_images, &oldest);
  bpf_map_push_elem(&tp_ended, &key, BPF_EXIST);
  return 0;
}
