// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/* The kernel's types that this program reads, and only the fields it reads: CO-RE finds them when it is loaded. */
#pragma once

typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef _Bool bool;
enum { false = 0, true = 1 };
#define NULL ((void *)0)

/* Numbers and structures of the stable interface to programs (include/uapi/linux/bpf.h). */
enum bpf_map_type {
  BPF_MAP_TYPE_HASH = 1,
  BPF_MAP_TYPE_ARRAY = 2,
  BPF_MAP_TYPE_PROG_ARRAY = 3,
  BPF_MAP_TYPE_PERCPU_ARRAY = 6,
  BPF_MAP_TYPE_LRU_HASH = 9,
  BPF_MAP_TYPE_LPM_TRIE = 11,
  BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
  BPF_MAP_TYPE_QUEUE = 22,
  BPF_MAP_TYPE_SK_STORAGE = 24,
  BPF_MAP_TYPE_RINGBUF = 27,
};
enum {
  BPF_ANY = 0,
  BPF_NOEXIST = 1,
  BPF_EXIST = 2,
  BPF_F_NO_PREALLOC = 1 << 0,
  BPF_F_CLONE = 1 << 9,
  BPF_F_INNER_MAP = 1 << 12,
  BPF_LOCAL_STORAGE_GET_F_CREATE = 1 << 0,
  BPF_F_CURRENT_NETNS = -1,
};

/* What a ring is asked. */
enum {
  BPF_RB_AVAIL_DATA = 0, /* bytes that were not read yet */
  BPF_RB_PROD_POS = 3,   /* bytes that were ever written */
};

struct bpf_sock {
  __u32 bound_dev_if, family, type, protocol, mark, priority;
  __u32 src_ip4, src_ip6[4], src_port;
  __be16 dst_port;
  __u16 : 16;
  __u32 dst_ip4, dst_ip6[4], state;
  __s32 rx_queue_mapping;
};

enum { TCP_ESTABLISHED = 1, TCP_SYN_SENT = 2, TCP_SYN_RECV = 3, TCP_TIME_WAIT = 6, TCP_LISTEN = 10 };

struct bpf_tcp_sock {
  __u32 snd_cwnd, srtt_us, rtt_min, snd_ssthresh, rcv_nxt, snd_nxt, snd_una, mss_cache, ecn_flags;
  __u32 rate_delivered, rate_interval_us, packets_out, retrans_out, total_retrans, segs_in, data_segs_in, segs_out, data_segs_out;
};

struct bpf_sock_addr {
  __u32 user_family, user_ip4, user_ip6[4], user_port, family, type, protocol, msg_src_ip4, msg_src_ip6[4];
  struct bpf_sock *sk;
} __attribute__((aligned(8)));

struct __sk_buff {
  __u32 len, pkt_type, mark, queue_mapping, protocol, vlan_present, vlan_tci, vlan_proto, priority;
  __u32 ingress_ifindex, ifindex, tc_index, cb[5], hash, tc_classid, data, data_end, napi_id;
  __u32 family, remote_ip4, local_ip4, remote_ip6[4], local_ip6[4], remote_port, local_port, data_meta;
  __u64 flow_keys;
  __u64 tstamp;
  __u32 wire_len, gso_segs;
  struct bpf_sock *sk;
  __u32 gso_size;
};

struct bpf_sock_tuple {
  union {
    struct {
      __be32 saddr, daddr;
      __be16 sport, dport;
    } ipv4;
    struct {
      __be32 saddr[4], daddr[4];
      __be16 sport, dport;
    } ipv6;
  };
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* A connection that a listening socket has not made yet. */
struct tcp_request_sock {
  __u32 rcv_isn, snt_isn;
};

struct ns_common {
  __u32 inum;
};

struct pid_namespace {
  struct ns_common ns;
};

struct upid {
  int nr;
  struct pid_namespace *ns;
};

struct pid {
  unsigned int level;
  struct upid numbers[];
};

struct mnt_namespace {
  struct ns_common ns;
};

struct net {
  struct ns_common ns;
};

typedef struct {
  struct net *net;
} possible_net_t;

struct new_utsname {
  char nodename[65];
};

struct uts_namespace {
  struct new_utsname name;
};

struct nsproxy {
  struct uts_namespace *uts_ns;
  struct mnt_namespace *mnt_ns;
  struct net *net_ns;
};

typedef struct {
  __u32 val;
} kuid_t;

/* Two words before Linux 6.3, one since: the same bytes on machines that count bytes from the lowest. */
typedef struct {
} kernel_cap_t;

struct user_namespace {
  int level;
};

struct cred {
  struct user_namespace *user_ns;
  kuid_t uid;
  kuid_t fsuid;
  kernel_cap_t cap_effective;
};

struct kernfs_iattrs {
  kuid_t ia_uid;
};

struct kernfs_node {
  const char *name;
  __u64 id;
  struct kernfs_iattrs *iattr;
};

struct cgroup_root {
  int hierarchy_id;
};

struct cgroup;

struct cgroup_subsys_state {
  struct cgroup *cgroup;
  struct cgroup_subsys_state *parent;
};

struct cgroup {
  struct cgroup_subsys_state self;
  struct kernfs_node *kn;
  struct cgroup_root *root;
};

struct css_set {
  struct cgroup *dfl_cgrp;
};

struct qstr {
  union {
    struct {
      __u32 hash;
      __u32 len;
    };
    __u64 hash_len;
  };
  const unsigned char *name;
};

struct dentry {
  struct dentry *d_parent;
  struct qstr d_name;
};

struct vfsmount {
  struct dentry *mnt_root;
};

struct mount {
  struct mount *mnt_parent;
  struct dentry *mnt_mountpoint;
  struct vfsmount mnt;
};

struct path {
  struct vfsmount *mnt;
  struct dentry *dentry;
};

typedef struct {
  int counter;
} atomic_t;

typedef struct {
  __s64 counter;
} atomic64_t;

struct sock_common {
  unsigned short skc_family;
  possible_net_t skc_net;
};

typedef struct {
  int owned;
} socket_lock_t;

struct sock {
  struct sock_common __sk_common;
  socket_lock_t sk_lock;
  __u8 sk_kern_sock : 1;
  __u16 sk_protocol;
};

struct inet_sock {
  struct sock sk;
};

struct inet_connection_sock {
  struct inet_sock icsk_inet;
};

struct tcp_sock {
  struct inet_connection_sock inet_conn;
  bool is_mptcp;
};

struct mptcp_sock {
  struct inet_connection_sock sk;
};

struct net_device {
  char name[16];
};

struct sk_buff {
  struct net_device *dev;
  __u8 ip_summed : 2;
};

struct socket {
  struct sock *sk;
};

struct file {
  void *private_data;
  struct path f_path;
};

struct fdtable {
  unsigned int max_fds;
  struct file **fd;
};

struct files_struct {
  struct fdtable *fdt;
};

struct mm_struct {
  struct file *exe_file;
};

struct thread_info {
  __u32 status; /* x86 only */
};

struct signal_struct {
  atomic_t live;
};

struct task_struct {
  struct signal_struct *signal;
  struct thread_info thread_info;
  struct mm_struct *mm;
  int pid;
  int tgid;
  struct task_struct *real_parent;
  struct task_struct *group_leader;
  struct pid *thread_pid;
  __u64 start_boottime;
  const struct cred *real_cred;
  const struct cred *cred;
  char comm[16];
  struct files_struct *files;
  struct nsproxy *nsproxy;
  __u64 self_exec_id;
  struct css_set *cgroups;
};

struct seq_file;

struct bpf_iter_meta {
  struct seq_file *seq;
};

struct bpf_iter__task {
  struct bpf_iter_meta *meta;
  struct task_struct *task;
};

struct bpf_iter__task_file {
  struct bpf_iter_meta *meta;
  struct task_struct *task;
  __u32 fd;
  struct file *file;
};

/* The functions of the kernel that programs may call, by number. */
enum bpf_func_id {
  BPF_FUNC_skc_to_mptcp_sock = 196,
};

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
  unsigned long di;
  unsigned long ip;
  unsigned long orig_ax;
};
#define TP_FIRST_ARGUMENT(regs) ((regs)->di)
#define TP_GETPEERNAME 52
#define TP_PLACE(regs) ((regs)->ip)
#define TP_SYSTEM_CALL(regs) ((__s32)(regs)->orig_ax)
/* TS_COMPAT: of the call that runs, not of the task. */
#define TP_IS_COMPAT(task) ((task)->thread_info.status & 2)
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs {
  __u64 orig_x0;
  __u64 pc;
  __u64 pstate;
  __s32 syscallno;
};
#define TP_FIRST_ARGUMENT(regs) ((regs)->orig_x0)
#define TP_GETPEERNAME 205
#define TP_PLACE(regs) ((regs)->pc)
#define TP_SYSTEM_CALL(regs) ((regs)->syscallno)
/* PSTATE.nRW of the architecture: AArch32. */
#define TP_IS_COMPAT(task) (((struct pt_regs *)bpf_task_pt_regs(task))->pstate & 0x10)
#endif

#pragma clang attribute pop
