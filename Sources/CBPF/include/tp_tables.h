// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/*
 * The keys and values of the maps that the Swift side writes and the kernel side reads, and what the kernel side counts. Both compile this
 * file, by the rules of tp_event.h.
 */
#pragma once
#include "tp_event.h"

/* Key of the tries of addresses: an IPv4 address is ::ffff:a.b.c.d. Network byte order. */
struct tp_address_key {
  __u32 prefix_length; /* in bits, 0 to 128 */
  __u8 address[16];
};
_Static_assert(sizeof(struct tp_address_key) == 20, "tp_address_key is a map key");

/* The dimensions of scope that are numbers: those fields of the owner. A dimension is the leading bits of its keys. */
#define TP_SCOPE_NUMBERS(X)          \
  X(UID, 0, uid)                     \
  X(PID, 1, pid)                     \
  X(TID, 2, tid)                     \
  X(PPID, 3, ppid)                   \
  X(NS_PID, 4, ns_pid)               \
  X(NS_TID, 5, ns_tid)               \
  X(NS_PPID, 6, ns_ppid)             \
  X(MOUNT_NAMESPACE, 7, mount_namespace) \
  X(PID_NAMESPACE, 8, pid_namespace) \
  X(NET_NAMESPACE, 9, net_namespace) \
  X(CGROUP_ID, 10, cgroup_id)

/* Those that are texts of the owner. */
#define TP_SCOPE_TEXTS(X)  \
  X(COMM, comm)            \
  X(NODE_NAME, node_name)  \
  X(CONTAINER_ID, container_id) \
  X(EXECUTABLE, executable)

/* All dimensions of scope. */
enum tp_scope_dimension {
#define X(symbol, number, field) TP_SCOPE_##symbol = number,
  TP_SCOPE_NUMBERS(X)
#undef X
  TP_SCOPE_COMM = 11,
  TP_SCOPE_CGROUP = 12,
  TP_SCOPE_CONTAINER = 13,
  TP_SCOPE_NODE_NAME = 14,
  TP_SCOPE_CONTAINER_ID = 15,
  TP_SCOPE_EXECUTABLE = 16,
  /* Of a process and its ancestors: one of them has to be in it, … */
  TP_SCOPE_TREE = 17,
  TP_SCOPE_TREE_TOO = 18, /* the same of a rule's second clause, for another one may be in that */
  /* … and none of them must be in it. */
  TP_SCOPE_TREE_NONE = 19,
};

/*
 * What else is asked about together with a value makes a dimension of its own of it: a pid is looked up in one when the
 * process is new, in another when it is not.
 */
#define TP_SCOPE_DIMENSIONS 32
#define TP_STATE(dimension, state) ((dimension) + TP_SCOPE_DIMENSIONS * (state))
enum tp_state {
  TP_STATE_NEW = 1,               /* of a pid */
  TP_STATE_HOST = 1,              /* of an executable: its mount namespace is the host's */
  TP_STATE_CONTAINER_NEW = 1,     /* of a container's id */
  TP_STATE_CONTAINER_STARTED = 2, /* of a container's id */
};

/* Key of the trie of numbers (uid, pid, …, a TCP window). Both in network byte order. */
struct tp_number_key {
  __u32 prefix_length; /* in bits, 32 for the dimension alone, to 96 */
  __u32 dimension;
  __u64 value;
};
_Static_assert(sizeof(struct tp_number_key) == 16, "tp_number_key is a map key");

/* Key of the trie of texts (comm, …). Exactly "nc" is the prefix "nc\0"; all that begin with "nc" the prefix "nc". */
struct tp_text_key {
  struct tp_text_head head;
  char text[TP_TEXT_LENGTH];
};
_Static_assert(sizeof(struct tp_text_key) == 260, "tp_text_key is a map key");

/* What is known of a cgroup, by its id: its path from the root of the v2 tree. One that fills the field is cut there. */
struct tp_cgroup {
  struct tp_text_key path;
  char container_id[TP_CONTAINER_ID_LENGTH];
  __u32 flags; /* enum tp_owner_flags */
};
_Static_assert(sizeof(struct tp_cgroup) == 328, "tp_cgroup is a map value");

/* Where a field of a header is. The number of a transport's header is that of the transport. */
#define TP_HEADER_IPV4 8
#define TP_HEADER_IPV6 9

/* A part of a header that rules compare: a number of up to four bytes. */
struct tp_header_part {
  __u8 header;
  __u8 offset; /* of its first byte, from the header on */
  __u8 size;   /* in bytes: 1, 2 or 4 */
  __u8 shift;
  __u32 mask;   /* the number is the bytes, in network byte order, shifted right and masked */
  __u32 absent; /* the row of a packet without that header */
  __u32 number; /* of one byte: its place in `tp_headers.rows`; else its dimension in the trie of numbers */
};
_Static_assert(sizeof(struct tp_header_part) == 16, "tp_header_part is a map value");

#define TP_HEADER_PARTS_MAX 32
#define TP_HEADER_BYTES_MAX 12

/* What a plan compares of headers: `tp_plan.header_parts` of them, and for each of one byte the rows of its values. */
struct tp_headers {
  struct tp_header_part parts[TP_HEADER_PARTS_MAX];
  __u32 rows[TP_HEADER_BYTES_MAX][256];
};

/* The first of the dimensions of numbers that are not of scope: numbers in headers. */
#define TP_HEADER_DIMENSIONS 256

/* Names a process beyond the reuse of its id. */
struct tp_process_key {
  __u64 start_time; /* of its leader, in ns of CLOCK_BOOTTIME */
  __u32 pid;
  __u32 _reserved;
};
_Static_assert(sizeof(struct tp_process_key) == 16, "tp_process_key is a map key");

/* The ancestors of a process that are known at most: the nearest half, and the farthest half. */
#define TP_ANCESTORS_MAX 64

/* The ancestors of a process when it was forked, nearest first. */
struct tp_descent {
  __u32 count;
  __u32 ancestors[TP_ANCESTORS_MAX];
};
_Static_assert(sizeof(struct tp_descent) == 260, "tp_descent is a map value");

/* One plan. What is not a generation, a mask or a yes is the index of a row. */
struct tp_plan {
  __u32 generation;
  __u32 scope_dimensions; /* a bit for each dimension of scope that any rule uses */
  __u32 tree_words; /* a bit for each word of rows that has a rule which asks for ancestors */
  __u32 uses_source, uses_destination; /* 0: no rule compares that address */
  __u32 uses_ports;
  __u32 header_parts; /* how many numbers in headers the rules compare */
  __u32 no_owner; /* the scope row of a packet without an owner */
  __u32 no_source_port, no_destination_port; /* rows of a packet without ports */
  __u32 source_port_base, destination_port_base; /* added to the classes of `tp_ports` */
  __u32 shape[TP_SHAPES];
  __u32 direction[2];
  __u32 container[2]; /* on the host, in a container */
  __u32 asks_content; /* enum tp_content: what any rule asks for */
  __u32 content_rules; /* the row of the rules that ask what packets say */
  __u32 content[TP_CONTENTS];
};
_Static_assert(sizeof(struct tp_plan) == 200, "tp_plan is a map value");

/* The class of each port, counted from the plan's `source_port_base` and `destination_port_base`. */
struct tp_ports {
  __u16 source[65536];
  __u16 destination[65536];
};

/* Why a packet's header of TCP, UDP or ICMP is not found, so that it gives an event of IP alone. */
enum tp_hiding {
  TP_HIDDEN_NOT,         /* it is found, or the packet has another protocol */
  TP_HIDDEN_BY_FRAGMENT, /* it is a fragment after the first */
  TP_HIDDEN_BY_HEADERS,  /* IPv6: more or longer extension headers than are followed */
  TP_HIDDEN_BY_END,      /* it, or an extension header before it, is not all there, or contradicts itself */
  TP_HIDINGS,
};

/* Why something was not kept, so that less is known of packets that come later. */
enum tp_failure {
  TP_FAILED_SOCKET,  /* no room with a socket for its owner: what arrives there is nobody's */
  TP_FAILED_STREAM,  /* no room with a socket for its streams: a message in several segments can be missed */
  TP_FAILED_PROCESS, /* no room for what a process executes: its executable is the one of later, or none */
  TP_FAILED_OWNER,   /* an owner changed each time it was read: the packet is nobody's */
  TP_FAILURES,
};

/* Packets by what became of them, on one CPU. They only grow. Seen is the sum of the first three. */
struct tp_counters {
  __u64 unwanted;  /* no rule wanted them */
  __u64 submitted; /* a record is in the ring */
  __u64 full;      /* wanted, but the ring had no room */
  __u64 malformed; /* of the unwanted: not IP, or cut off before the end of the IP header */
  __u64 processes_full; /* changes of processes that found the ring full */
  __u64 hidden[TP_HIDINGS]; /* of those looked at, by enum tp_hiding; the first stays 0 */
  __u64 cgroups_unknown;    /* cgroups for which, or for whose parents, there was no room */
  __u64 descents_full;      /* processes for whose ancestors there was no room */
  __u64 ancestors_cut;      /* processes that have more ancestors than are kept */
  __u64 failures[TP_FAILURES]; /* by enum tp_failure */
};
_Static_assert(sizeof(struct tp_counters) == 128, "tp_counters is a map value");

/* Stands in the program for the number of the kernel's function that gives a pointer a type. */
#define TP_CAST 0x74736163

/* Settings that are fixed when the program is loaded. */
struct tp_config {
  __u32 row_words; /* 1 to TP_ROW_WORDS_MAX */
  __u32 tracer;    /* the tracer's own process id, as it sees it; its sockets are never traced */
  __u64 started;   /* when the tracer did, in ns of CLOCK_BOOTTIME */
  __u32 host_mount_namespace; /* the inode of the first process's */
  __u32 ring_bytes; /* the size of the ring: a power of two, at least one page */
  __u32 tracer_namespace; /* the inode of the pid namespace that `tracer` belongs to */
  __u32 accepts_by_name;  /* 1: accepting is noticed only when it asks for the peer's address */
  __u64 secrets[2];       /* odd random numbers, so that nobody can make up two owners with one id */
  __u32 task_type;        /* the kernel's number of `struct task_struct`; 0: it has no bpf_rdonly_cast */
  __u32 _reserved;
};
_Static_assert(sizeof(struct tp_config) == 56, "tp_config is a load-time setting");
