// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/* All maps, globals and the structures that stay in the kernel. */
#pragma once

/* The records on their way to user space. Its size is set before the program is loaded. */
struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 1 << 20);
} tp_ring SEC(".maps");

/* What the packets with some row took of the ring of late. See share.h. */
struct tp_share {
  __u64 round; /* the half of the ring, counted from its beginning, that was written then */
  __u64 bytes;
  __u64 before; /* in the half before that */
};

#define TP_SHARES 256

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, TP_SHARES);
  __type(key, __u32);
  __type(value, struct tp_share);
} tp_shares SEC(".maps");

/* The same of the changes that one process, or one user, made. */
struct tp_maker_share {
  __u64 maker;
  struct tp_share share;
};

/* Of all changes of processes together, then of users, then of processes. See share.h. */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1 + 2 * TP_SHARES);
  __type(key, __u32);
  __type(value, struct tp_maker_share);
} tp_process_shares SEC(".maps");

/* A row of bits, one for each rule. Functions that the verifier checks apart need a type that has a size. */
struct tp_row {
  __u64 words[TP_ROW_WORDS_MAX];
};

/* An owner as it is kept with a socket: its texts but for the name are looked up when they are asked for. */
struct tp_identity {
  TP_OWNER_FACTS
  char comm[TP_COMM_LENGTH];
};
_Static_assert(sizeof(struct tp_identity) == 104, "it is as long as its start in tp_owner and a name");

/* What is known of the rules that want a socket's packets in one direction. */
enum tp_answer {
  TP_UNASKED,
  TP_WANTED,  /* some rules do */
  TP_FOLLOWED, /* none, but some want HTTP of the other direction, which is read by what this one asks */
  TP_REFUSED, /* none that has the owner in scope */
  TP_NOBODYS, /* none, whoever owns it */
};

/*
 * The owner of a socket, and what the plan of `generation` answered about it. With the 72 bytes that the kernel puts before it,
 * it takes exactly 256. Rows are kept as long as they have one word, which they have for up to 64 rules.
 */
struct tp_socket {
  __u64 sequence; /* of the owner; see sequence.h */
  struct tp_identity owner;
  __u32 generation; /* 0: nothing is answered of this owner */
  __u8 scope;      /* enum tp_answer for all packets of the owner: TP_UNASKED, TP_WANTED or TP_REFUSED */
  __u8 answers[2]; /* enum tp_answer, by direction, for the flow below */
  __u8 shape;      /* of the flow */
  __u64 local[2], remote[2]; /* its addresses, in network byte order */
  __u16 local_port, remote_port;
  __u32 answering; /* odd while somebody writes answers */
  __u64 scope_row;   /* the rules that have the owner in scope */
  __u64 wanted_by[2]; /* of these, by direction, the rules that want packets of the flow */
};
_Static_assert(sizeof(struct tp_socket) == 184, "with what the kernel adds it takes 256 bytes");

/* An accepted socket starts with its listener's owner. */
struct {
  __uint(type, BPF_MAP_TYPE_SK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
  __type(key, int);
  __type(value, struct tp_socket);
} tp_sockets SEC(".maps");

/* Where accepting is noticed only by name: the address of the socket that a call made, also in those that were accepted from it. */
struct {
  __uint(type, BPF_MAP_TYPE_SK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
  __type(key, int);
  __type(value, __u64);
} tp_origins SEC(".maps");

/* … and by that address, who accepted last. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 4096);
  __type(key, __u64);
  __type(value, struct tp_identity);
} tp_accepters SEC(".maps");

#define LINE_PART 64

/* One direction of a connection of TCP: what has passed of it, and where in its messages that is. */
struct tp_stream {
  __u64 part[LINE_PART / 8]; /* the bytes so far of a line whose end has not come; of a longer one the last of them */
  __u64 left;   /* bytes of a body or chunk from `next` on */
  __u64 length; /* what Content-Length says */
  __u64 heads, connects; /* of the last 64 requests, by number, those that are HEAD or CONNECT */
  __u32 asked;      /* requests */
  __u32 answered;   /* of the requests in the other direction, those that were answered here */
  __u32 next;       /* the sequence number of the first byte that was not followed */
  __u32 head;       /* bytes of the head so far */
  __u32 awaited;    /* the sequence number of the first byte that has not passed */
  __u32 end;        /* behind the last byte that has */
  __u32 connection; /* a random number, not 0 */
  __u32 busy;       /* 1: a segment of it is looked at */
  __u16 status;     /* of a response */
  __u8 state;       /* enum tp_http_state */
  __u8 part_length; /* below LINE_PART */
  __u8 content;     /* enum tp_content of the message */
  __u8 question;    /* TP_ASKS_HEAD, TP_ASKS_CONNECT or 0 */
  bool is_known;    /* whether `awaited` and `end` are */
  bool is_complete; /* whether all of its requests were seen */
  bool in_line;     /* `part` does not begin its line */
  bool is_untold;   /* the end of the first line is to tell whether it is a head */
  bool is_guessed;  /* the head was looked for where a segment begins */
  bool has_length, is_chunked;
  bool is_bad;      /* the head says what is not followed here */
  bool was_framing; /* the line before said how long the body is: the next may go on with it */
  bool was_lost;     /* user space knows more of its requests than is known here */
  bool is_overtaken; /* a segment passed while another one was looked at */
  __u8 _reserved[7];
};

/* By direction; only of connections that may carry what a rule asks about. */
struct tp_streams {
  struct tp_stream directions[2];
};

struct {
  __uint(type, BPF_MAP_TYPE_SK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, struct tp_streams);
} tp_streams SEC(".maps");

/* The ends of a connection whose first segments come to the listening socket. */
struct tp_opening_key {
  __u8 remote[16], local[16];
  __u16 remote_port, local_port;
};

/* Such a connection, until it has a socket of its own, which goes on from here. */
struct tp_opening {
  struct tp_streams streams;
  __u32 received, sent; /* the first sequence number of each direction */
};

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 2048);
  __type(key, struct tp_opening_key);
  __type(value, struct tp_opening);
} tp_openings SEC(".maps");

/* By the number of a direction that is lost here, what user space found. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 1024);
  __type(key, __u32);
  __type(value, struct tp_position);
} tp_positions SEC(".maps");

/* What a process executes, noted when it began to, and the name of the host as it knew it last. */
struct tp_image {
  char path[TP_EXECUTABLE_LENGTH];
  char node_name[TP_NODE_NAME_LENGTH];
  __u32 is_new; /* 1: it was forked, or executed something, after the tracer started */
  __u32 owns;   /* 1: it owned a socket */
};

/* By process. One that owned a socket stays known when it exits until many more have: its last packets can come later. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1 << 18);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, struct tp_process_key);
  __type(value, struct tp_image);
} tp_images SEC(".maps");

/* Processes of `tp_images` that have exited, oldest first. */
struct {
  __uint(type, BPF_MAP_TYPE_QUEUE);
  __uint(max_entries, 16384);
  __type(value, struct tp_process_key);
} tp_ended SEC(".maps");

/* Which owner user space keeps at a place. See emit.h. */
struct tp_kept_owner {
  __u64 turn; /* odd while an owner is told that is to be kept there */
  __u64 id;
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, TP_KEPT_OWNERS);
  __type(key, __u32);
  __type(value, struct tp_kept_owner);
} tp_kept_owners SEC(".maps");

/* How far a segment was followed, and what was found in it; see http.h. */
struct tp_walk {
  __u32 offset; /* in the packet, of the byte that is looked at next */
  __u32 needed; /* behind the last byte of the packet that is of no body */
  __u32 first;  /* where the payload begins */
  __s32 head;   /* see `tp_packet` */
  __u32 place;  /* in the line that is looked at */
  __u16 bodiless;
  __u8 count;   /* heads that have ended */
  __u8 content; /* enum tp_content */
  bool is_unpaired;
  bool is_refused; /* bytes that were too few to tell a head are none with those that follow */
};

/* What is recorded of a packet besides its bytes, and the row and the owner that a scratch holds. */
struct tp_want {
  __u32 generation;
  __u32 direction;
  __s32 system_call;
  __u32 flags; /* enum tp_packet_flags */
  __u64 described; /* the sequence of the socket when its owner was what is so of the current task; NO_SEQUENCE: that is not known */
};

/* Where a program puts together what has no room on its stack. A claim keeps out whoever interrupts it. */
struct tp_scratch {
  __u32 busy;
  __u32 number;
  __u64 address;        /* of what the verifier lets nobody reckon with */
  struct tp_row row;    /* the rules that want a packet */
  struct tp_row scope;  /* the rules that have its owner in scope */
  struct tp_identity who;
  struct tp_owner owner;
  struct tp_opening opening; /* its streams are in the place of those of a socket */
  struct tp_walk walk;       /* see http.h */
  struct tp_view seen; /* the packet */
  struct tp_want want;
  union {
    char path[2 * TP_EXECUTABLE_LENGTH]; /* see image.h */
    __u64 line[2 * LINE_PART / 8];       /* of a packet, see http.h */
  };
};

#define TP_SCRATCHES 8

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, TP_SCRATCHES);
  __type(key, __u32);
  __type(value, struct tp_scratch);
} tp_scratches SEC(".maps");

/* Who descends from whom; filled from the first plan on that asks. One that has exited stays until many more have. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1 << 18);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, struct tp_process_key);
  __type(value, struct tp_descent);
} tp_descents SEC(".maps");

/* Processes that have exited, oldest first: their last packets can come later. */
struct {
  __uint(type, BPF_MAP_TYPE_QUEUE);
  __uint(max_entries, 16384);
  __type(value, struct tp_process_key);
} tp_exited SEC(".maps");

/*
 * Cgroups of the v2 tree by id: those that were there are written by user space, those that come later by the kernel. Those
 * that find no room are counted. Its size is set before the program is loaded.
 */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 65536);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, __u64);
  __type(value, struct tp_cgroup);
} tp_cgroups SEC(".maps");

/* Cgroups that were removed, oldest first: the last packets of their sockets can come later, and records are read later. */
struct {
  __uint(type, BPF_MAP_TYPE_QUEUE);
  __uint(max_entries, 8192);
  __type(value, __u64);
} tp_removed SEC(".maps");

/* The tables of the plans, each in slot `generation % TP_PLAN_SLOTS`. Inner maps are made by user space. */
#define TP_SLOTS(name, ...)                   \
  struct {                                    \
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); \
    __uint(max_entries, TP_PLAN_SLOTS);       \
    __uint(key_size, sizeof(__u32));          \
    __array(values, struct { __VA_ARGS__ });  \
  } name SEC(".maps")

#define TP_ONE(value)                  \
  __uint(type, BPF_MAP_TYPE_ARRAY);    \
  __uint(max_entries, 1);              \
  __uint(key_size, sizeof(__u32));     \
  __uint(value_size, sizeof(value));

#define TP_TRIE(key)                        \
  __uint(type, BPF_MAP_TYPE_LPM_TRIE);      \
  __uint(max_entries, 1);                   \
  __uint(map_flags, BPF_F_NO_PREALLOC);     \
  __uint(key_size, sizeof(key));            \
  __uint(value_size, sizeof(__u32));

TP_SLOTS(tp_plans, TP_ONE(struct tp_plan));
TP_SLOTS(tp_port_classes, TP_ONE(struct tp_ports));
TP_SLOTS(tp_header_rows, TP_ONE(struct tp_headers));
TP_SLOTS(tp_sources, TP_TRIE(struct tp_address_key));
TP_SLOTS(tp_destinations, TP_TRIE(struct tp_address_key));
TP_SLOTS(tp_numbers, TP_TRIE(struct tp_number_key));
TP_SLOTS(tp_texts, TP_TRIE(struct tp_text_key));
/* The rows; their width is set before the program is loaded. */
TP_SLOTS(tp_rows, TP_ONE(__u64) __uint(map_flags, BPF_F_INNER_MAP););

/* The program that judges packets, by which those that see them go on. Filled when it is loaded. */
struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 1);
  __uint(key_size, sizeof(__u32));
  __uint(value_size, sizeof(__u32));
} tp_judges SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct tp_counters);
} tp_counters SEC(".maps");

/* The counters of this CPU. */
static __always_inline struct tp_counters *own_counters(void) {
  __u32 first = 0;
  return bpf_map_lookup_elem(&tp_counters, &first);
}

/* By slot of the plan, then by rule: packets that it wanted and that found the ring full. 0 before the slot is used again. */
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, TP_PLAN_SLOTS *TP_RULES_MAX);
  __type(key, __u32);
  __type(value, __u64);
} tp_losses SEC(".maps");

const volatile struct tp_config tp_config SEC(".rodata.config") = {};

/* The generation that decides; 0 until the first plan is installed. User space changes it by one write. */
volatile __u32 tp_active SEC(".data.active") = 0;
