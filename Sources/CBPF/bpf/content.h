/* What a packet says: DNS by its ports, HTTP by the first bytes. The rules are those of `PacketContent` in Swift. */
#pragma once

#define PORT_DNS 53
#define PORT_MULTICAST_DNS 5353
#define PORT_LLMNR 5355

static __always_inline bool has_port(const struct tp_view *view, __u16 port) {
  return view->source_port == port || view->destination_port == port;
}

static __always_inline __u8 dns_of(struct __sk_buff *skb, const struct tp_view *view, bool is_tcp) {
  bool has_port_of_dns = has_port(view, PORT_DNS) ||
                         (!is_tcp && (has_port(view, PORT_MULTICAST_DNS) || has_port(view, PORT_LLMNR)));
  if (!has_port_of_dns) return TP_CONTENT_NONE;
  __u8 flags;
  if (is_tcp || bpf_skb_load_bytes(skb, view->payload_offset + 2, &flags, sizeof flags)) return TP_CONTENT_DNS;
  return flags & 0x80 ? TP_CONTENT_DNS_RESPONSE : TP_CONTENT_DNS_QUERY;
}

/* The methods of RFC 9110 and RFC 5789, each with the space behind it, as the number that its bytes are. */
static __always_inline bool begins_request(__u64 text) {
  return text >> 32 == 0x47455420 ||         /* GET */
         text >> 24 == 0x4845414420 ||       /* HEAD */
         text >> 24 == 0x504f535420 ||       /* POST */
         text >> 32 == 0x50555420 ||         /* PUT */
         text >> 8 == 0x44454c45544520 ||    /* DELETE */
         text == 0x434f4e4e45435420 ||       /* CONNECT */
         text == 0x4f5054494f4e5320 ||       /* OPTIONS */
         text >> 16 == 0x545241434520 ||     /* TRACE */
         text >> 16 == 0x504154434820;       /* PATCH */
}

static __always_inline __u8 http_of(struct __sk_buff *skb, const struct tp_view *view) {
  __u64 first = 0; /* in network byte order */
  __u32 length = skb->len - view->payload_offset;
  if (length < 4) return TP_CONTENT_NONE;
  if (length > sizeof first) length = sizeof first;
  if (bpf_skb_load_bytes(skb, view->payload_offset, &first, length)) return TP_CONTENT_NONE;
  __u64 text = bpf_be64_to_cpu(first);
  if (text >> 8 == 0x485454502f312e /* HTTP/1. */) return TP_CONTENT_HTTP_RESPONSE;
  return begins_request(text) ? TP_CONTENT_HTTP_REQUEST : TP_CONTENT_NONE;
}

/* The longest head that is followed. */
#define HEAD_MAX 65536
/* How far behind a gap bytes may go on with a head that begins in it. */
#define AHEAD_MAX 16384

/* The way that a segment is on, kept with its socket. NULL when there is none. */
static __always_inline struct tp_stream *stream_of(struct __sk_buff *skb, __u32 direction) {
  struct bpf_sock *sock = skb->sk ? bpf_sk_fullsock(skb->sk) : NULL;
  struct tp_stream *streams =
    sock ? bpf_sk_storage_get(&tp_streams, sock, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE) : NULL;
  if (sock && !streams) count_failure(TP_FAILED_STREAM);
  if (!streams) return NULL;
  /* Or the address of the second would be reckoned before the check. */
  barrier_var(streams);
  return &streams[direction & 1];
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
 * Finds out what a packet of TCP or UDP says, as far as the plan asks. Returns the way that a segment is on, if that may carry
 * what a rule asks about.
 */
static __always_inline struct tp_stream *look_at(struct __sk_buff *skb, struct tp_view *view, const struct tp_plan *plan,
                                                 __u32 direction) {
  if (!view->has_ports || skb->len < view->payload_offset) return NULL;
  bool is_tcp = (view->shape & 7) == TP_TRANSPORT_TCP;
  bool asks_http = is_tcp && plan->asks_content & TP_ASKS_HTTP;
  __u32 length = skb->len - view->payload_offset;
  if (length > 0 && plan->asks_content & TP_ASKS_DNS) view->content = dns_of(skb, view, is_tcp);
  if (!asks_http && !(is_tcp && plan->asks_content & TP_ASKS_DNS && has_port(view, PORT_DNS))) return NULL;
  struct tp_stream *stream = stream_of(skb, direction);
  if (stream) view->ahead = pass(stream, view, length);
  if (length == 0 || !asks_http) return stream;
  __u8 http = http_of(skb, view);
  if (!http && stream && stream->left) http = stream->content;
  if (!http && view->ahead) http = TP_CONTENT_HTTP_UNKNOWN;
  view->content |= http;
  return stream;
}

struct tp_head_search {
  struct __sk_buff *skb;
  __u32 offset; /* of the bytes that are looked at next */
  __u32 last;   /* the bytes before them, the latest lowest */
  bool is_found;
};

#define HEAD_CHUNK 32
#define HEAD_CHUNKS (HEAD_MAX / HEAD_CHUNK)

static int search_chunk(__u32 index, struct tp_head_search *search) {
  __u8 bytes[HEAD_CHUNK] = {}; /* or some verifiers refuse to have a part of it filled */
  if (search->offset >= search->skb->len) return 1;
  __u32 length = search->skb->len - search->offset;
  if (length > HEAD_CHUNK) length = HEAD_CHUNK;
  length = some_of(length, HEAD_CHUNK);
  if (bpf_skb_load_bytes(search->skb, search->offset, bytes, length)) return 1;
  for (__u32 i = 0; i < HEAD_CHUNK && i < length; i++) {
    search->last = search->last << 8 | bytes[i];
    if ((search->last & 0xffff) == 0x0a0a || (search->last & 0xffffff) == 0x0a0d0a) {
      search->offset += i + 1;
      search->is_found = true;
      return 1;
    }
  }
  search->offset += length;
  return 0;
}

/* The bytes of the packet up to the end of the head that begins or goes on in it; of one that goes on behind it, all. */
static __noinline __u32 end_of_head(struct __sk_buff *skb, const struct tp_view *view, struct tp_stream *stream) {
  bool begins = http_of(skb, view);
  /* What comes before its time does not tell where the head ends. */
  if (view->ahead && !begins) return skb->len;
  struct tp_head_search search = {.skb = skb, .offset = view->payload_offset};
  __u32 length = skb->len - view->payload_offset;
  __u32 left = HEAD_MAX;
  if (stream && !begins) {
    search.last = stream->last;
    left = stream->left;
  }
  bpf_loop(HEAD_CHUNKS, search_chunk, &search, 0);
  if (stream) {
    stream->left = search.is_found || length >= left ? 0 : left - length;
    stream->last = search.last;
    stream->content = view->content & ~TP_CONTENT_DNS_MASK;
  }
  return search.is_found ? search.offset : skb->len;
}

/* The longest transport header that a record must hold. */
#define LENGTH_TRANSPORT_MAX 60

/* How many bytes of the packet the rules in `row` need of it. */
static __always_inline __u32 needed(struct __sk_buff *skb, const struct tp_tables *tables, const struct tp_view *view,
                                    struct tp_stream *stream, const __u64 *row) {
  __u32 headers = view->transport_offset + LENGTH_TRANSPORT_MAX;
  if (view->content == TP_CONTENT_NONE || !meets(row, tables, tables->plan->content_rules)) return headers;
  __u32 end = view->content & ~TP_CONTENT_DNS_MASK ? end_of_head(skb, view, stream) : 0;
  return view->content & TP_CONTENT_DNS_MASK ? skb->len : end;
}
