// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/*
 * The wire: what the kernel side writes and the Swift side reads. Both compile this file. Host byte order unless a field says
 * otherwise; every structure is naturally aligned, its padding is named, and its size is asserted.
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
