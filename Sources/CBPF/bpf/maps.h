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

/* A row of bits, one for each rule. Functions that the verifier checks apart need a type that has a size. */
struct tp_row {
  __u64 words[TP_ROW_WORDS_MAX];
};

/* Addresses, ports and shape: what packets of one flow have in common. See `tp_view`. */
#define TP_FLOW_WORDS 6

/* The last flow of a socket in one direction, and the rules that want its packets, whoever owns them. */
struct tp_flow {
  __u64 sequence;      /* see sequence.h */
  __u64 key[TP_FLOW_WORDS];
  __u64 refused_owner; /* no rule of `row` has that owner in scope; 0: not known of any */
  __u32 generation;    /* that `row` belongs to */
  __u32 is_wanted;     /* 0: `row` is empty */
  struct tp_row row;
};

/* The owner of a socket, with the rules whose scope holds it. */
struct tp_socket {
  struct tp_owner owner;
  __u64 sequence; /* see sequence.h */
  struct tp_row row;
  __u32 generation; /* that `row` belongs to */
  __u32 _reserved;
  struct tp_flow flows[2]; /* by direction */
};

/* An accepted socket starts with its listener's owner. */
struct {
  __uint(type, BPF_MAP_TYPE_SK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
  __type(key, int);
  __type(value, struct tp_socket);
} tp_sockets SEC(".maps");

/* One way of a connection of TCP: what has passed of it, and a head of HTTP whose end has not. */
struct tp_stream {
  __u64 begun;   /* of what may be a head the bytes so far, fewer than tell it, from the top; the lowest is their count */
  __u32 left;    /* bytes that may still belong to the head, so that the segments it goes on in are wanted too; 0: none */
  __u32 last;    /* its last bytes, the latest lowest */
  __u32 awaited; /* the sequence number of the first byte that has not passed */
  __u32 end;     /* behind the last byte that has */
  __u8 content;  /* enum tp_content of the head */
  bool is_known; /* whether `awaited` and `end` are */
  __u8 _reserved[6];
};

/* By direction; only of connections that may carry what a rule asks about. */
struct {
  __uint(type, BPF_MAP_TYPE_SK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, struct tp_stream[2]);
} tp_streams SEC(".maps");

/* What is known of a task, so that it is found out once and not for each of its sockets. */
struct tp_task {
  struct tp_owner owner;
  __u32 busy; /* 1 while the owner is being written */
  __u32 executed; /* 1: older than the tracer, and has executed something since that started */
  char path[2 * TP_EXECUTABLE_LENGTH]; /* where the executable's path is put together */
};

struct {
  __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, struct tp_task);
} tp_tasks SEC(".maps");

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

/* Cgroups of the v2 tree by id: those that were there are written by user space, those that come later by the kernel. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 65536);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, __u64);
  __type(value, struct tp_cgroup);
} tp_cgroups SEC(".maps");

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

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct tp_counters);
} tp_counters SEC(".maps");

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

/* The last number given to an owner. */
__u64 tp_last_owner = 0;
