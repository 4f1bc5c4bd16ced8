// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/* Who may have the last of the ring: what floods it leaves room for the rest. */
#pragma once

/* A ring that is half full or more. */
struct tp_pressure {
  __u64 left;  /* bytes that are free */
  __u64 round; /* the half of the ring, counted from its beginning, that is written now */
};

static __always_inline bool is_pressed(struct tp_pressure *pressure) {
  __u32 ring = tp_config.ring_bytes;
  __u64 taken = bpf_ringbuf_query(&tp_ring, BPF_RB_AVAIL_DATA);
  if (taken < ring / 2) return false;
  pressure->left = taken < ring ? ring - taken : 0;
  pressure->round = bpf_ringbuf_query(&tp_ring, BPF_RB_PROD_POS) / (ring / 2);
  return true;
}

/*
 * Whether a share has taken less than so many quarters of what is still free, since the ring was written half round or up to a
 * whole one. Counts can be a little off when several processors change them at once, and nothing depends on that.
 */
static __always_inline bool has_room(struct tp_share *share, const struct tp_pressure *pressure, __u32 quarters) {
  if (!share) return true;
  if (share->round != pressure->round) {
    share->before = share->round + 1 == pressure->round ? share->bytes : 0;
    share->round = pressure->round;
    share->bytes = 0;
  }
  return 4 * (share->before + share->bytes) < quarters * pressure->left;
}

static __always_inline void take(struct tp_share *share, __u32 size) {
  if (share) __sync_fetch_and_add(&share->bytes, size);
}

/* The packets that the same rules want have a share together. */
static __always_inline struct tp_share *share_of(const struct tp_row *row) {
  __u64 sum = 0;
  TP_EACH_WORD(i) sum = (sum ^ row->words[i]) * 0x9e3779b97f4a7c15ULL;
  __u32 place = sum >> 32 & (TP_SHARES - 1);
  return bpf_map_lookup_elem(&tp_shares, &place);
}

/*
 * Whether a record of `size` bytes of a packet may be put into the ring. From half full on, a row may have taken four times
 * what is still free: the fuller it is, the less may those have that took most. One flood leaves a tenth of the ring to all
 * others.
 */
static __always_inline bool may_take(const struct tp_row *row, __u32 size) {
  struct tp_pressure pressure;
  if (!is_pressed(&pressure)) return true;
  struct tp_share *share = share_of(row);
  if (!has_room(share, &pressure, 4 * 4)) return false;
  take(share, size);
  return true;
}

/* A number of a maker of changes. Nobody knows to the nanosecond when the tracer started, so nobody can choose his own. */
static __always_inline __u64 maker_of(__u64 one, __u64 other) {
  __u64 sum = (one ^ tp_config.started) * 0x9e3779b97f4a7c15ULL;
  return (sum ^ sum >> 32 ^ other) * 0x9e3779b97f4a7c15ULL;
}

/* The share of a maker, whose place is among those from `first` on. NULL when another one has had that place of late. */
static __always_inline struct tp_share *share_of_maker(__u32 first, __u64 maker, const struct tp_pressure *pressure) {
  __u32 place = first + (maker >> 32 & (TP_SHARES - 1));
  struct tp_maker_share *found = bpf_map_lookup_elem(&tp_process_shares, &place);
  if (!found) return NULL;
  if (found->maker != maker) {
    if (found->share.bytes && found->share.round + 1 >= pressure->round) return NULL;
    found->maker = maker;
    found->share.bytes = found->share.before = 0;
  }
  return &found->share;
}

/* The first bytes of the id of the container that a task is in, 0 in none. */
static __always_inline __u64 container_of_task(struct task_struct *task) {
  __u64 id = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id), container = 0;
  const struct tp_cgroup *cgroup = bpf_map_lookup_elem(&tp_cgroups, &id);
  if (cgroup) __builtin_memcpy(&container, cgroup->container_id, sizeof container);
  return container;
}

/*
 * Whether a record of `size` bytes of a change of a process may be put into the ring. From half full on, one process may have
 * taken a quarter of what is still free, one user of a container or of the host twice what is, and all together four times. So
 * one that changes all the time leaves room for its user's others, one user for other users, and all for packets. `task` is who
 * made the change. Not inlined: with all that goes before, the verifier would look at it once for each kind of change.
 */
static __noinline bool may_take_change(struct task_struct *task, __u32 size) {
  struct tp_pressure pressure;
  if (!is_pressed(&pressure)) return true;
  struct task_struct *leader = BPF_CORE_READ(task, group_leader);
  __u32 uid = 0;
  BPF_CORE_READ_INTO(&uid, task, real_cred, uid.val);
  __u64 user = maker_of(uid, container_of_task(task));
  __u64 process = maker_of(BPF_CORE_READ(leader, start_boottime), BPF_CORE_READ(leader, pid));
  struct tp_share *share_of_all = share_of_maker(0, 0, &pressure);
  struct tp_share *share_of_user = share_of_maker(1, user, &pressure);
  struct tp_share *share_of_process = share_of_maker(1 + TP_SHARES, process, &pressure);
  if (!has_room(share_of_all, &pressure, 4 * 4) || !has_room(share_of_user, &pressure, 2 * 4) ||
      !has_room(share_of_process, &pressure, 1))
    return false;
  take(share_of_all, size);
  take(share_of_user, size);
  take(share_of_process, size);
  return true;
}
