// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/* What a packet says: DNS by its ports, HTTP by the first bytes. The rules are those of `PacketContent` in Swift. */
#pragma once

#define PORT_DNS 53
#define PORT_MULTICAST_DNS 5353
#define PORT_LLMNR 5355

static __always_inline bool has_port(const struct tp_view *view, __u16 port) {
  return view->source_port == port || view->destination_port == port;
}

/* What a datagram says of DNS. Of several datagrams in one packet each may say something else. */
static __always_inline __u8 dns_of(struct __sk_buff *skb, const struct tp_view *view) {
  if (!has_port(view, PORT_DNS) && !has_port(view, PORT_MULTICAST_DNS) && !has_port(view, PORT_LLMNR))
    return TP_CONTENT_NONE;
  __u8 flags;
  if (view->segment_size || bpf_skb_load_bytes(skb, view->payload_offset + 2, &flags, sizeof flags))
    return TP_CONTENT_DNS;
  return flags & 0x80 ? TP_CONTENT_DNS_RESPONSE : TP_CONTENT_DNS_QUERY;
}

/* The methods of RFC 9110 and RFC 5789, each with the space behind it, and how many bytes that is. */
#define REQUEST_STARTS(X)  \
  X(0x47455420, 4)         \
  X(0x4845414420, 5)       \
  X(0x504f535420, 5)       \
  X(0x50555420, 4)         \
  X(0x44454c45544520, 7)   \
  X(0x434f4e4e45435420, 8) \
  X(0x4f5054494f4e5320, 8) \
  X(0x545241434520, 6)     \
  X(0x504154434820, 6)
/* HTTP/1. */
#define RESPONSE_START(X) X(0x485454502f312e, 7)

/* The longest of them. */
#define START_MAX 8
/* The empty lines before a request (RFC 9112 §2.2) that are skipped have no more bytes. */
#define BLANK_MAX 16

/* The sort of the head that a text begins; its first byte is the top one. */
static __always_inline __u8 begins(__u64 text) {
#define X(start, size) \
  if (text >> (64 - 8 * size) == start) return TP_CONTENT_HTTP_REQUEST;
  REQUEST_STARTS(X)
#undef X
#define X(start, size) \
  if (text >> (64 - 8 * size) == start) return TP_CONTENT_HTTP_RESPONSE;
  RESPONSE_START(X)
#undef X
  return TP_CONTENT_NONE;
}

/* The sorts of heads that a text of 1 to 7 bytes, with zeros behind them, may go on as. */
static __noinline __u8 may_begin(__u64 text, __u32 length) {
  __u8 sorts = TP_CONTENT_NONE;
  __u32 unknown = 64 - 8 * (length & 7);
#define X(start, size) \
  if (length < size && !((text ^ (__u64)start << (64 - 8 * size)) >> (unknown & 63))) sorts |= TP_CONTENT_HTTP_REQUEST;
  REQUEST_STARTS(X)
#undef X
#define X(start, size) \
  if (length < size && !((text ^ (__u64)start << (64 - 8 * size)) >> (unknown & 63))) sorts |= TP_CONTENT_HTTP_RESPONSE;
  RESPONSE_START(X)
#undef X
  return sorts;
}

/* The first bytes from an offset on as a number, the first on top, with zeros behind the last of `length`. */
static __always_inline __u64 text_at(struct __sk_buff *skb, __u32 offset, __u32 length) {
  __u64 text = 0;
  if (length > START_MAX) length = START_MAX;
  if (bpf_skb_load_bytes(skb, offset, &text, some_of(length, START_MAX))) return 0;
  return bpf_be64_to_cpu(text);
}

static __always_inline bool is_blank(__u8 byte) { return byte == '\r' || byte == '\n'; }

/* How many bytes of empty lines a payload begins with. */
static __noinline __u32 count_blank(struct __sk_buff *skb, __u32 offset, __u32 length) {
  __u8 bytes[BLANK_MAX] = {};
  if (length > BLANK_MAX) length = BLANK_MAX;
  if (bpf_skb_load_bytes(skb, offset, bytes, some_of(length, BLANK_MAX))) return 0;
  for (__u32 i = 0; i < BLANK_MAX; i++)
    if (!is_blank(bytes[i])) return i;
  return BLANK_MAX;
}

/*
 * The sort of the head that begins in a segment, or that goes on in it after the bytes `before`, which were too few to tell it.
 * Bytes that are too few still, to tell it, are left in `view->begun`. Not static: so the verifier checks it once.
 */
__noinline int http_of(struct __sk_buff *skb, struct tp_view *view, __u64 before) {
  if (!view || skb->len <= view->payload_offset) return TP_CONTENT_NONE;
  __u32 length = skb->len - view->payload_offset;
  __u32 known = before & 7;
  __u64 text = text_at(skb, view->payload_offset, length);
  view->blank = 0;
  if (known) {
    text = (before & ~0xffULL) | text >> 8 * known;
    length += known;
  } else if (is_blank(text >> 56)) {
    __u32 blank = count_blank(skb, view->payload_offset, length);
    if (blank >= length) return TP_CONTENT_NONE;
    view->blank = blank;
    length -= blank;
    text = text_at(skb, view->payload_offset + blank, length);
  }
  __u8 allowed = view->blank ? TP_CONTENT_HTTP_REQUEST : TP_CONTENT_HTTP_UNKNOWN;
  __u8 sort = begins(text) & allowed;
  view->begins_head = sort;
  if (sort || length >= START_MAX) return sort;
  sort = may_begin(text, length) & allowed;
  view->begun = sort ? text | length : 0;
  return sort;
}

/* The longest head that is followed. */
#define HEAD_MAX 65536
/* How far behind a gap bytes may go on with a head that begins in it. */
#define AHEAD_MAX 16384

/*
 * Takes from the socket where a way is, when the first segment comes of which something is kept. One that completed the handshake
 * with bytes in it came to the listening socket, where nothing is kept: perhaps a head has begun in it.
 */
static __always_inline void open_stream(struct tp_stream *stream, struct bpf_sock *sock, __u32 direction) {
  struct bpf_tcp_sock *tcp = bpf_tcp_sock(sock);
  if (!tcp) return;
  /* Or the compiler would choose the address of one, which the verifier refuses. */
  __u32 sent = *(volatile __u32 *)&tcp->snd_nxt, received = *(volatile __u32 *)&tcp->rcv_nxt;
  stream->awaited = stream->end = direction == TP_EGRESS ? sent : received;
  stream->is_known = true;
  if (direction == TP_EGRESS || tcp->data_segs_in != 1) return;
  stream->left = HEAD_MAX;
  stream->content = TP_CONTENT_HTTP_UNKNOWN;
}

/*
 * The way that a segment is on, kept with its socket. NULL when there is none, and of a listening socket: what comes to that is of
 * many connections.
 */
static __always_inline struct tp_stream *stream_of(struct bpf_sock *sock, __u32 direction) {
  if (!sock || sock->state == TCP_LISTEN) return NULL;
  struct tp_stream *streams = bpf_sk_storage_get(&tp_streams, sock, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (!streams) {
    count_failure(TP_FAILED_STREAM);
    return NULL;
  }
  /* Or the address of the second would be reckoned before the check. */
  barrier_var(streams);
  struct tp_stream *stream = &streams[direction & 1];
  if (!stream->is_known) open_stream(stream, sock, direction);
  return stream;
}

/*
 * Whether what a segment carries can come to be read. That of a SYN only where a connection comes to be: not at a listening
 * socket, which knows nothing of the sender yet, nor when a raw socket sends it.
 */
static __always_inline bool may_be_read(const struct tp_view *view, const struct bpf_sock *sock, __u32 direction) {
  if (!view->is_syn) return true;
  if (!sock) return false;
  return sock->state == TCP_SYN_SENT || (direction == TP_EGRESS && sock->state == TCP_SYN_RECV);
}

/*
 * Notes that a segment has passed, and returns how many bytes are missing before it; 0 when they are very many. Of several gaps
 * only the first is known: when it is filled, all of them count as filled.
 */
static __always_inline __u32 pass(struct tp_stream *stream, const struct tp_view *view, __u32 length) {
  __u32 end = view->sequence + length;
  __u32 ahead = view->sequence - stream->awaited;
  bool is_near = ahead + HEAD_MAX < 2 * HEAD_MAX;
  if (view->is_syn || !stream->is_known || !is_near) {
    stream->is_known = true;
    stream->awaited = stream->end = end;
    return 0;
  }
  if ((__s32)(end - stream->end) > 0) stream->end = end;
  if ((__s32)ahead > 0) return ahead < AHEAD_MAX ? ahead : 0;
  if ((__s32)(end - stream->awaited) > 0) stream->awaited = stream->end;
  return 0;
}

/*
 * Finds out what a segment says of HTTP, and keeps what may be a head's first bytes.
 * `awaited`: the sequence number of the first byte that had not passed before the segment.
 */
static __always_inline __u8 look_for_head(struct __sk_buff *skb, struct tp_view *view, struct tp_stream *stream,
                                          __u32 awaited, __u32 length) {
  if (!stream) return http_of(skb, view, 0);
  bool is_new = stream->awaited != awaited;
  __u64 before = is_new && view->sequence == awaited ? stream->begun : 0;
  if (is_new) stream->begun = 0;
  __u8 http = http_of(skb, view, before);
  if (!http && before) http = http_of(skb, view, 0);
  if (view->ahead) return TP_CONTENT_HTTP_UNKNOWN;
  if (stream->left) {
    view->begun = 0;
    return view->begins_head ? http | stream->content : stream->content;
  }
  if (view->begun && is_new) {
    if (stream->awaited == view->sequence + length) {
      stream->begun = view->begun;
    } else {
      /* What came before its time has passed: whether a head goes on in it, nobody knows. */
      stream->left = HEAD_MAX;
      stream->content = TP_CONTENT_HTTP_UNKNOWN;
    }
  }
  return http;
}

/*
 * Finds out what a packet of TCP or UDP says, as far as the plan asks. Returns the way that a segment is on, if that may carry
 * what a rule asks about.
 */
static __noinline struct tp_stream *look_at(struct __sk_buff *skb, struct tp_view *view, const struct tp_plan *plan,
                                                 __u32 direction) {
  if (!view->has_ports || skb->len < view->payload_offset) return NULL;
  __u32 length = skb->len - view->payload_offset;
  bool asks_dns = plan->asks_content & TP_ASKS_DNS;
  if ((view->shape & 7) != TP_TRANSPORT_TCP) {
    if (asks_dns && length > 0) view->content = dns_of(skb, view);
    return NULL;
  }
  bool asks_http = plan->asks_content & TP_ASKS_HTTP;
  asks_dns = asks_dns && has_port(view, PORT_DNS);
  if (!asks_http && !asks_dns) return NULL;
  struct bpf_sock *sock = skb->sk ? bpf_sk_fullsock(skb->sk) : NULL;
  if (!may_be_read(view, sock, direction)) return NULL;
  struct tp_stream *stream = stream_of(sock, direction);
  __u32 awaited = stream ? stream->awaited : 0;
  if (stream) view->ahead = pass(stream, view, length);
  if (length == 0) return stream;
  if (asks_dns) view->content = TP_CONTENT_DNS;
  if (asks_http) view->content |= look_for_head(skb, view, stream, awaited, length);
  return stream;
}

/* Eight bytes of a text are one number, the first on top. A set of them is the top bits of its bytes. */
#define EACH_BYTE 0x0101010101010101ULL
#define TOP_BITS (0x80 * EACH_BYTE)

/* The bytes that are `byte`. */
static __always_inline __u64 each(__u64 bytes, __u8 byte) {
  __u64 others = bytes ^ byte * EACH_BYTE;
  return ~(((others & ~TOP_BITS) + ~TOP_BITS) | others) & TOP_BITS;
}

/* The same quicker: none if there is none, else perhaps more. */
static __always_inline __u64 roughly_each(__u64 bytes, __u8 byte) {
  __u64 others = bytes ^ byte * EACH_BYTE;
  return (others - EACH_BYTE) & ~others & TOP_BITS;
}

/* For each byte, the one that is `count` bytes before it; those before the first are in `before`. */
static __always_inline __u64 earlier(__u64 bytes, __u64 before, __u32 count) {
  return bytes >> 8 * count | before << (64 - 8 * count);
}

/* The bytes with which a head ends. Not static: so the verifier checks it once, and not for each word of a chunk. */
__noinline __u64 ends_of_heads(__u64 bytes, __u64 before) {
  __u64 one_before = earlier(bytes, before, 1);
  __u64 after_return = each(one_before, '\r') & each(earlier(bytes, before, 2), '\n');
  return each(bytes, '\n') & (each(one_before, '\n') | after_return);
}

/* How many bytes are before the first of a set, which is not empty. */
static __always_inline __u32 count_before(__u64 set) {
  __u32 count = 0;
  for (__u32 half = 4; half; half /= 2) {
    if (set >> (64 - 8 * half)) continue;
    set <<= 8 * half;
    count += half;
  }
  return count;
}

struct tp_head_search {
  struct __sk_buff *skb;
  __u64 *chunk; /* bytes of the packet */
  __u32 offset; /* of those that are looked at next; of the word in which a head ends, if one does */
  __u64 before; /* the bytes before them, the latest lowest */
  __u64 ends;   /* the bytes of that word with which one does */
};

#define HEAD_CHUNK sizeof(((struct tp_scratch *)0)->chunk)
/* So many bytes are looked at in a step; those of some steps are fetched at once. */
#define HEAD_STEP 64
#define HEAD_STEPS (HEAD_MAX / HEAD_STEP)

static __always_inline bool fetch_chunk(const struct tp_head_search *search) {
  __u32 length = search->skb->len - search->offset;
  if (length > HEAD_CHUNK) length = HEAD_CHUNK;
  return bpf_skb_load_bytes(search->skb, search->offset, search->chunk, some_of(length, HEAD_CHUNK)) == 0;
}

/* Looks also at what is left in the chunk behind the packet's last byte. */
static int search_step(__u32 index, struct tp_head_search *search) {
  __u32 place = index % (HEAD_CHUNK / HEAD_STEP);
  if (search->offset >= search->skb->len || (place == 0 && !fetch_chunk(search))) return 1;
  const __u64 *words = search->chunk + place * (HEAD_STEP / 8);
  __u64 before = search->before, newlines_before = roughly_each(before, '\n');
  for (__u32 i = 0; i < HEAD_STEP / 8; i++) {
    __u64 bytes = bpf_be64_to_cpu(words[i]);
    __u64 newlines = roughly_each(bytes, '\n');
    if (newlines & (earlier(newlines, newlines_before, 1) | earlier(newlines, newlines_before, 2))) {
      __u64 ends = ends_of_heads(bytes, before);
      if (ends) {
        search->ends = ends;
        search->offset += 8 * i;
        return 1;
      }
    }
    before = bytes;
    newlines_before = newlines;
  }
  search->before = before;
  search->offset += HEAD_STEP;
  return 0;
}

/*
 * Behind the first end of a head from an offset on, the bytes before which are `before`; 0 when there is none. The scratch has the
 * room for the search. Not static: so the verifier checks it once.
 */
__noinline int find_end(struct __sk_buff *skb, __u32 offset, __u32 before, __u32 scratch_number) {
  struct tp_scratch *scratch = scratch_at(scratch_number);
  if (!scratch) return 0;
  struct tp_head_search search = {.skb = skb, .chunk = scratch->chunk, .offset = offset, .before = before};
  bpf_loop(HEAD_STEPS, search_step, &search, 0);
  if (!search.ends) return 0;
  __u32 end = search.offset + count_before(search.ends) + 1;
  return end <= skb->len ? end : 0;
}

/* The last four bytes so far, the latest lowest, when these are the last of `before` and a packet's payload. */
static __always_inline __u32 last_bytes(struct __sk_buff *skb, __u32 length, __u32 before) {
  __u32 bytes = 0;
  if (length > sizeof bytes) length = sizeof bytes;
  length = some_of(length, sizeof bytes);
  if (bpf_skb_load_bytes(skb, skb->len - length, &bytes, length)) return 0;
  __u64 all = (__u64)before << 32 | bpf_ntohl(bytes);
  return all >> 8 * (sizeof bytes - length);
}

static __always_inline bool ends_head(__u32 last) { return (last & 0xffff) == 0x0a0a || (last & 0xffffff) == 0x0a0d0a; }

/* A payload that is not longer is taken whole if it ends as a head does, wherever the first head in it ends. */
#define WHOLE_MAX 1024

/* The bytes of the packet up to the end of the head that begins or goes on in it; of one that goes on behind it, all. */
static __always_inline __u32 end_of_head(struct __sk_buff *skb, const struct tp_view *view, struct tp_stream *stream,
                                    __u32 scratch_number) {
  /* Neither what comes before its time tells where the head ends, nor what is too short to tell that it is one. */
  if (view->begun || (view->ahead && !view->begins_head)) return skb->len;
  __u32 length = skb->len - view->payload_offset;
  __u32 offset = view->payload_offset, before = 0, left = HEAD_MAX;
  if (view->begins_head) {
    offset += view->blank;
  } else if (stream) {
    before = stream->last;
    left = stream->left;
  }
  __u32 last = last_bytes(skb, length, before);
  __u32 end = length <= WHOLE_MAX && ends_head(last) ? skb->len : find_end(skb, offset, before, scratch_number);
  if (stream) {
    stream->left = end || length >= left ? 0 : left - length;
    stream->last = end ? 0 : last;
    stream->content = view->content & ~TP_CONTENT_DNS_MASK;
  }
  return end ? end : skb->len;
}

/* The longest transport header that a record must hold. */
#define LENGTH_TRANSPORT_MAX 60

/* How many bytes of the packet the rules in `row` need of it. */
static __always_inline __u32 needed(struct __sk_buff *skb, const struct tp_tables *tables, const struct tp_view *view,
                                    struct tp_stream *stream, const __u64 *row, __u32 scratch_number) {
  __u32 headers = view->transport_offset + LENGTH_TRANSPORT_MAX;
  if (view->content == TP_CONTENT_NONE || !meets(row, tables, tables->plan->content_rules)) return headers;
  __u32 end = view->content & ~TP_CONTENT_DNS_MASK ? end_of_head(skb, view, stream, scratch_number) : 0;
  return view->content & TP_CONTENT_DNS_MASK ? skb->len : end;
}
