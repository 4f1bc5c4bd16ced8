// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/*
 * The directions of connections of TCP, each at one place at a time: with the connection's socket, or, before there is one, by its ends
 * (`tp_openings`).
 */
#pragma once

/* Sequence numbers that are farther apart belong to something else. */
#define NEAR (1 << 24)

/*
 * Has a direction for oneself. Two processors can have segments of it at once; who comes second waits for a moment. False when that
 * is not enough: then nobody knows any more in what order they are. Not static: so the verifier checks it once.
 */
__noinline int claim_stream(struct tp_stream *stream) {
  if (!stream) return false;
  NO_UNROLLING
  for (__u32 i = 0; i < 128; i++)
    if (__sync_val_compare_and_swap(&stream->busy, 0, 1) == 0) return true;
  *(volatile bool *)&stream->is_overtaken = true;
  return false;
}

static __always_inline void release_stream(struct tp_stream *stream) {
  NO_REORDERING();
  *(volatile __u32 *)&stream->busy = 0;
}

enum tp_request {
  TP_NO_REQUEST,   /* the kernel keeps nothing of the connection, as with SYN cookies */
  TP_REQUEST,      /* it keeps a request */
  TP_PASSES_AGAIN, /* meanwhile there is a socket, to which the kernel gives the segment next */
};

/*
 * Finds what the kernel keeps of the connection of a segment at a listening socket: `opening` gets its first sequence numbers. Not
 * static: so the verifier checks it once.
 */
__noinline int find_request(struct __sk_buff *skb, struct tp_view *view, struct tp_opening *opening) {
  struct bpf_sock_tuple tuple = {};
  struct bpf_sock *sock;
  if (!view || !opening) return TP_NO_REQUEST;
  __be16 remote_port = bpf_htons(view->source_port), local_port = bpf_htons(view->destination_port);
  if (view->shape & TP_SHAPE_IPV6) {
    __builtin_memcpy(tuple.ipv6.saddr, view->source.address, 16);
    __builtin_memcpy(tuple.ipv6.daddr, view->destination.address, 16);
    tuple.ipv6.sport = remote_port;
    tuple.ipv6.dport = local_port;
    sock = bpf_skc_lookup_tcp(skb, &tuple, sizeof tuple.ipv6, BPF_F_CURRENT_NETNS, 0);
  } else {
    __builtin_memcpy(&tuple.ipv4.saddr, view->source.address + 12, 4);
    __builtin_memcpy(&tuple.ipv4.daddr, view->destination.address + 12, 4);
    tuple.ipv4.sport = remote_port;
    tuple.ipv4.dport = local_port;
    sock = bpf_skc_lookup_tcp(skb, &tuple, sizeof tuple.ipv4, BPF_F_CURRENT_NETNS, 0);
  }
  if (!sock) return TP_NO_REQUEST;
  int found = TP_NO_REQUEST;
  struct tcp_request_sock *request = bpf_skc_to_tcp_request_sock(sock);
  if (request) {
    opening->received = request->rcv_isn + 1;
    opening->sent = request->snt_isn + 1;
    found = TP_REQUEST;
  } else if (sock->state != TCP_LISTEN && sock->state != TCP_TIME_WAIT) {
    found = TP_PASSES_AGAIN;
  }
  bpf_sk_release(sock);
  return found;
}

static __always_inline void name_opening(struct tp_opening_key *key, const struct tp_view *view, __u32 direction) {
  bool arrives = direction == TP_INGRESS;
  __builtin_memcpy(key->remote, arrives ? view->source.address : view->destination.address, 16);
  __builtin_memcpy(key->local, arrives ? view->destination.address : view->source.address, 16);
  key->remote_port = arrives ? view->source_port : view->destination_port;
  key->local_port = arrives ? view->destination_port : view->source_port;
}

/* What is kept of the connection of a segment at a listening socket; `fresh` has its first sequence numbers, for the first segment. */
static __noinline struct tp_opening *opening_of(const struct tp_view *view, struct tp_opening *fresh) {
  struct tp_opening_key key;
  name_opening(&key, view, TP_INGRESS);
  struct tp_opening *opening = bpf_map_lookup_elem(&tp_openings, &key);
  if (opening && opening->received == fresh->received && opening->sent == fresh->sent) return opening;
  if (opening) bpf_map_delete_elem(&tp_openings, &key);
  struct tp_stream *stream = &fresh->streams.directions[TP_INGRESS];
  stream->next = stream->awaited = stream->end = fresh->received;
  stream->is_known = stream->is_complete = true;
  stream->state = HTTP_START;
  stream->connection = bpf_get_prandom_u32() | 1;
  /* Two processors can have segments of it at once: both go on with what is there then. */
  bpf_map_update_elem(&tp_openings, &key, fresh, BPF_NOEXIST);
  opening = bpf_map_lookup_elem(&tp_openings, &key);
  if (!opening || opening->received != fresh->received || opening->sent != fresh->sent) return NULL;
  return opening;
}

/*
 * Goes on in a connection's socket from where the segments ended that came to the listening one; false when there were none. Another
 * connection of the same ends has other numbers.
 */
static __noinline bool take_opening(struct tp_stream *stream, const struct tp_view *view, __u32 direction, __u32 received,
                                    __u32 sent) {
  struct tp_opening_key key;
  name_opening(&key, view, direction);
  struct tp_opening *opening = bpf_map_lookup_elem(&tp_openings, &key);
  if (!opening || received - opening->received >= NEAR || sent - opening->sent >= NEAR) return false;
  struct tp_stream *begun = &opening->streams.directions[TP_INGRESS];
  if (!claim_stream(begun)) {
    stream->connection = begun->connection;
    stream->awaited = stream->end = stream->next = received;
    stream->state = HTTP_LOST;
    return true;
  }
  /* It is kept as one that is claimed, as this one is. */
  *stream = *begun;
  release_stream(begun);
  return true;
}

/*
 * Takes from the socket where its direction is, when the first segment comes that may be read. One that completed the handshake
 * with bytes in it came to the listening socket; where nothing of it was kept, all that follows is recorded.
 */
static __always_inline void open_stream(struct __sk_buff *skb, struct tp_stream *stream, const struct tp_view *view,
                                        struct bpf_sock *sock, __u32 direction, __u32 length) {
  struct bpf_tcp_sock *tcp = bpf_tcp_sock(sock);
  if (!tcp) return;
  /* Or the compiler would choose the address of one, which the verifier refuses. */
  __u32 sent = *(volatile __u32 *)&tcp->snd_nxt, received = *(volatile __u32 *)&tcp->rcv_nxt;
  __u32 segments_sent = *(volatile __u32 *)&tcp->data_segs_out, segments_received = *(volatile __u32 *)&tcp->data_segs_in;
  __u32 now = length ? skb->gso_segs ? skb->gso_segs : 1 : 0;
  bool is_new = direction == TP_EGRESS ? segments_sent <= now : !segments_received;
  stream->awaited = stream->end = stream->next = direction == TP_EGRESS ? sent : received;
  stream->is_known = true;
  stream->connection = bpf_get_prandom_u32() | 1;
  stream->state = is_new ? HTTP_START : HTTP_OTHER;
  stream->is_complete = is_new;
  if (direction == TP_INGRESS && !take_opening(stream, view, TP_INGRESS, received, sent) && segments_received == 1)
    stream->state = HTTP_LOST;
}

/* Before a response leaves whose request came to the listening socket: the request is what it is read by. */
static __always_inline void open_requests(struct tp_stream *requests, const struct tp_view *view, struct bpf_sock *sock) {
  struct bpf_tcp_sock *tcp = bpf_tcp_sock(sock);
  if (!tcp) return;
  __u32 sent = *(volatile __u32 *)&tcp->snd_nxt, received = *(volatile __u32 *)&tcp->rcv_nxt;
  if (!*(volatile __u32 *)&tcp->data_segs_in || !claim_stream(requests)) return;
  if (!requests->is_known && take_opening(requests, view, TP_EGRESS, received, sent)) requests->is_known = true;
  release_stream(requests);
}

/*
 * Both directions of a segment's connection, kept with its socket. NULL when there is none, and of a listening socket: what comes to
 * that is of many connections.
 */
static __always_inline struct tp_streams *streams_of(struct bpf_sock *sock) {
  if (!sock || sock->state == TCP_LISTEN) return NULL;
  struct tp_streams *streams = bpf_sk_storage_get(&tp_streams, sock, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (!streams) count_failure(TP_FAILED_STREAM);
  return streams;
}

/*
 * Whether a direction of which no rule wants anything need not be followed for the other one: it has no requests, or not all of them
 * are known.
 */
static __noinline bool is_needless(struct bpf_sock *sock, __u32 direction) {
  const struct tp_streams *streams = bpf_sk_storage_get(&tp_streams, sock, NULL, 0);
  if (!streams) return false;
  const struct tp_stream *stream = &streams->directions[direction & 1];
  if (!stream->is_known) return false;
  return !stream->is_complete || stream->content == TP_CONTENT_HTTP_RESPONSE || stream->state == HTTP_OTHER ||
         stream->state == HTTP_END;
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
  bool is_near = ahead + NEAR < 2 * NEAR;
  if (view->is_syn || !stream->is_known) stream->next = view->sequence;
  if (view->is_syn) {
    stream->state = HTTP_START;
    stream->is_complete = true;
    stream->was_lost = stream->is_overtaken = false;
    stream->content = TP_CONTENT_NONE;
    stream->connection = bpf_get_prandom_u32() | 1;
  }
  if (view->is_syn || !stream->is_known || !is_near) {
    stream->is_known = true;
    stream->awaited = stream->end = end;
    return 0;
  }
  if ((__s32)(end - stream->end) > 0) stream->end = end;
  if ((__s32)ahead > 0) return ahead < NEAR ? ahead : 0;
  if ((__s32)(end - stream->awaited) > 0) stream->awaited = stream->end;
  return 0;
}
