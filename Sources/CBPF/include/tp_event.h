// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/*
 * The wire: what the kernel side writes and the Swift side reads, and the keys and values of the maps that the Swift
 * side writes and the kernel side reads. Both compile this file. Host byte order unless a field says otherwise;
 * every structure is naturally aligned, its padding is named, and its size is asserted.
 */
#pragma once
#ifndef __bpf__
#include <linux/types.h>
#endif

#define TP_RULES_MAX 1024
#define TP_ROW_WORDS_MAX (TP_RULES_MAX / 64)

#define TP_COMM_LENGTH 16
#define TP_NODE_NAME_LENGTH 64
#define TP_CONTAINER_ID_LENGTH 64
#define TP_EXECUTABLE_LENGTH 256
#define TP_INTERFACE_NAME_LENGTH 16
/* Stands before the end of a path that is longer than its field: `…` in UTF-8. No whole path begins so. */
#define TP_CUT "\xe2\x80\xa6"
/* A key of a longest-prefix trie holds at most 256 bytes of data; four of them are the dimension. */
#define TP_TEXT_LENGTH 252

/* Plans that can be in the kernel at once: the one that is active, and those with records still on their way. */
#define TP_PLAN_SLOTS 4

/* IPv6 extension headers that are followed before a packet counts as one without a transport header. */
#define TP_EXTENSION_HEADERS_MAX 8

enum tp_direction {
  TP_INGRESS = 0,
  TP_EGRESS = 1,
};

/* What a packet is: the family times eight, plus the transport. Which events it can give follows from this alone. */
enum tp_transport {
  TP_TRANSPORT_OTHER = 0, /* another protocol, a later fragment, or a header that is cut off */
  TP_TRANSPORT_TCP = 1,
  TP_TRANSPORT_UDP = 2,
  TP_TRANSPORT_ICMP = 3,   /* in IPv4 only */
  TP_TRANSPORT_ICMPV6 = 4, /* in IPv6 only */
};
#define TP_SHAPE_IPV4 0
#define TP_SHAPE_IPV6 8
#define TP_SHAPES 16

/*
 * What a packet may say, as far as its ports and the first bytes of its payload show: a bit for each role of each protocol of
 * messages. The protocol with the number n in `ContentProtocol` has the bits 2n, of what asks, and 2n + 1, of what answers. Both are
 * set where the role is not known, as in a part of a stream.
 */
enum tp_content {
  TP_CONTENT_NONE = 0,
  TP_CONTENT_DNS_QUERY = 1 << 0,
  TP_CONTENT_DNS_RESPONSE = 1 << 1,
  TP_CONTENT_DNS = TP_CONTENT_DNS_QUERY | TP_CONTENT_DNS_RESPONSE,
  TP_CONTENT_HTTP_REQUEST = 1 << 2,
  TP_CONTENT_HTTP_RESPONSE = 1 << 3,
  TP_CONTENT_HTTP = TP_CONTENT_HTTP_REQUEST | TP_CONTENT_HTTP_RESPONSE,
};
#define TP_CONTENTS 16 /* sets of these bits */

/* What a record of the ring is; the first word of each record. */
enum tp_record_kind {
  TP_RECORD_PACKET = 1,
  TP_RECORD_PROCESS = 2,
  TP_RECORD_BRIEF = 3, /* a packet, of whose owner only the id is told */
};

enum tp_owner_flags {
  TP_OWNER_COMPAT = 1 << 0,            /* the system call by which it became the owner was a 32-bit one of a 64-bit kernel */
  TP_OWNER_CONTAINER = 1 << 1,         /* its cgroup belongs to a container */
  TP_OWNER_CONTAINER_STARTED = 1 << 2, /* something was executed in that container, or it is older than the tracer */
  TP_OWNER_CONTAINER_NEW = 1 << 3,     /* that container is younger than the tracer */
  TP_OWNER_NEW = 1 << 4,               /* its process was forked, or executed something, after the tracer started */
};

/* The head of a key of the trie of texts. An owner's texts stand behind theirs, to be looked up where they are. */
struct tp_text_head {
  __u32 prefix_length; /* in bits: 32 for the dimension, and all that the text can have */
  __u32 dimension;     /* network byte order */
};

/* What is known of an owner by numbers. Times are ns of CLOCK_BOOTTIME. */
#define TP_OWNER_FACTS                                                              \
  __u64 id; /* a new number whenever anything of the owner is new; 0: no owner */   \
  __u64 start_time;                                                                 \
  __u64 leader_start_time;                                                          \
  __u64 parent_start_time; /* of the parent's leader */                             \
  __u64 cgroup_id;                                                                  \
  __u32 pid, tid, ppid;          /* as the host sees them; pid is the thread group */ \
  __u32 ns_pid, ns_tid, ns_ppid; /* as the task's own pid namespace sees them */    \
  __u32 uid;                                                                        \
  __u32 mount_namespace, pid_namespace; /* the task's */                            \
  __u32 net_namespace;                  /* the socket's */                          \
  __u32 flags;                          /* enum tp_owner_flags */                   \
  __u32 exec_id;                        /* counts the task's calls of execve */

/* Who owns a socket. All zero: nobody is known. Text ends at the first NUL, or fills its field. */
struct tp_owner {
  TP_OWNER_FACTS
  struct tp_text_head comm_head;
  char comm[TP_COMM_LENGTH];
  struct tp_text_head node_name_head;
  char node_name[TP_NODE_NAME_LENGTH];
  struct tp_text_head container_id_head;
  char container_id[TP_CONTAINER_ID_LENGTH];
  struct tp_text_head executable_head;
  char executable[TP_EXECUTABLE_LENGTH]; /* as the process executed it; of a long one the end, behind TP_CUT */
};
_Static_assert(sizeof(struct tp_owner) == 520, "tp_owner is a wire type");

enum tp_packet_flags {
  TP_PACKET_COMPAT = 1 << 0,           /* sent by a 32-bit system call of a 64-bit kernel */
  TP_PACKET_CHECKSUM_PARTIAL = 1 << 1, /* the transport checksum is not computed yet: a device is to do it */
  TP_PACKET_PAIRED = 1 << 2,  /* it is known which heads of the segment have no body: TP_BODILESS */
  TP_PACKET_GUESSED = 1 << 3, /* that a head begins in the segment is a guess: nobody knows what was before it */
  TP_PACKET_LOST = 1 << 4,    /* all of the direction is recorded until user space tells where its messages are: tp_position */
  TP_PACKET_KEEPS_OWNER = 1 << 5, /* the owner is to be kept at TP_KEPT_PLACE, for briefs */
};

/* Where an owner is kept by its id, in place of the one before. */
#define TP_KEPT_OWNERS 4096
#define TP_KEPT_PLACE(id) ((id) & (TP_KEPT_OWNERS - 1))

/* Of the heads of HTTP that end in a segment, by a bit for each from the lowest on: no body follows, whatever the head says. */
#define TP_BODILESS(flags) ((flags) >> 16)
#define TP_BODILESS_MAX 16
/* No head of HTTP is known to begin in the segment, nor in what is missing before it. */
#define TP_NO_HEAD 0x80000000

/* What is recorded of a packet besides its owner. */
#define TP_PACKET_FACTS                                                                                                       \
  __u32 kind; /* TP_RECORD_PACKET */                                                                                          \
  __u32 generation;                                                                                                           \
  __u64 time; /* ns of CLOCK_BOOTTIME */                                                                                      \
  __u32 length; /* of the packet, from the IP header on */                                                                    \
  __u32 captured;                                                                                                             \
  __u32 interface; /* its index in the packet's network namespace, 0 if unknown */                                            \
  __u32 processor;                                                                                                            \
  __s32 system_call; /* that sent the packet, a number of the table that `flags` names; -1 when none did */                   \
  __u16 row_words;                                                                                                            \
  __u8 direction;                                                                                                             \
  __u8 shape;                                                                                                                 \
  __u16 transport_offset; /* from the IP header on; 0 without a transport header */                                           \
  __u16 segment_size; /* of UDP: bytes of payload in each datagram that the packet will be cut into; 0: it is one datagram */ \
  __u32 ahead; /* of a segment of TCP: the bytes that are missing before it, as far as is known */                            \
  __u32 flags; /* enum tp_packet_flags */                                                                                     \
  char interface_name[TP_INTERFACE_NAME_LENGTH]; /* ends at the first NUL, or fills its field */                              \
  __s32 head;       /* of TCP: where in the payload the first head of HTTP begins, or so far before it; else TP_NO_HEAD */    \
  __u32 connection; /* of TCP: a random number of the direction of the connection; 0 when it is not followed */               \
  __u32 _reserved;

/*
 * A packet that at least one rule wants. After it stand the row, `row_words` words with one bit for each rule, and then
 * `captured` bytes of the packet from its IP header on. The record may be longer than that: it is rounded up.
 */
struct tp_packet {
  TP_PACKET_FACTS
  struct tp_owner owner;
};
_Static_assert(sizeof(struct tp_packet) == 80 + sizeof(struct tp_owner), "tp_packet is a wire type");

/* The same with the id of its owner, who is the one that was kept last at the place of that id; 0 is nobody's. */
struct tp_brief {
  TP_PACKET_FACTS
  __u64 owner_id;
};
_Static_assert(sizeof(struct tp_brief) == 80 + sizeof(__u64), "tp_brief is a wire type");

/* What happened to a process. */
enum tp_process_change {
  TP_PROCESS_FORKED = 0,
  TP_PROCESS_EXECUTED = 1,
  TP_PROCESS_RENAMED = 2,
  TP_PROCESS_EXITED = 3,
  TP_PROCESS_FOUND = 4, /* it is older than the tracer */
};

/* A change of a process: recorded from the first plan on that asks who descends from whom, or what became of a process. */
struct tp_process {
  __u32 kind;   /* TP_RECORD_PROCESS */
  __u32 change; /* enum tp_process_change */
  __u32 pid;    /* its thread group, as the host sees it */
  __u32 parent; /* of a fork the thread group that forked, of one that was found its parent now; else 0 */
  struct tp_owner owner; /* as it is after the change; of an exit only zeros */
  __u64 start_time;        /* of its leader, in ns of CLOCK_BOOTTIME: no other process has both this and its id */
  __u64 parent_start_time; /* the same of `parent`; 0 without one */
};
_Static_assert(sizeof(struct tp_process) == 32 + sizeof(struct tp_owner), "tp_process is a wire type");

/* Where in its messages a direction of HTTP is; see http.h. */
enum tp_http_state {
  HTTP_OTHER,      /* nobody knows: a head is looked for where segments begin */
  HTTP_START,      /* where a head, or empty lines before it, may begin */
  HTTP_FIELDS,     /* in a head */
  HTTP_BODY,       /* in a body of which `left` bytes are left */
  HTTP_CHUNK_SIZE, /* in the line that says how long a chunk is */
  HTTP_CHUNK,      /* in a chunk of which `left` bytes are left */
  HTTP_CHUNK_END,  /* in the end of the line behind a chunk */
  HTTP_TRAILER,    /* in the fields behind the last chunk, or in the empty line that ends them */
  HTTP_END,        /* no head begins any more */
  HTTP_LOST,       /* it is not known here: everything is recorded, until user space tells */
};

/*
 * What user space found of a direction that is lost, by `tp_packet.connection`: what the byte with a sequence number is. Of a state
 * in a line that byte is the first of the line.
 */
struct tp_position {
  __u32 connection; /* at both ends, for it can be read while it is written */
  __u32 sequence;
  __u64 left;            /* bytes of a body or chunk */
  __u64 heads, connects; /* of its last 64 requests, by number, those that are HEAD or CONNECT */
  __u32 asked, answered; /* its requests, and its responses but those that announce others, if it is complete */
  __u16 state;           /* enum tp_http_state */
  __u16 is_complete;     /* 1: all of its heads were seen */
  __u32 connection_again;
};
_Static_assert(sizeof(struct tp_position) == 48, "tp_position is a map value");

/* Bytes of a packet that a record can hold, from the smallest: all headers, and the payload if a rule asks what it says. */
#define TP_CAPTURES(X) X(128) X(512) X(1024) X(4096) X(16384)
#define TP_CAPTURE_MAX 65536

/* A transport header that begins later than this, behind long extension headers, counts as none. */
#define TP_TRANSPORT_OFFSET_MAX 960

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

/* Settings that are fixed when the program is loaded. */
/* Stands in the program for the number of the kernel's function that gives a pointer a type. */
#define TP_CAST 0x74736163

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
