// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/*
 * Where a segment is in its direction: at the byte that comes next, behind a gap, or where nobody knows, so that a head is looked for.
 * From there on it is followed (see http.h), and what was found is written to its view.
 */
#pragma once

static __always_inline bool start_guessed(struct tp_stream *stream) {
  stream->state = HTTP_START;
  stream->in_line = false;
  stream->is_guessed = true;
  return true;
}

/*
 * Looks for a head where a segment begins, or where bytes did that were too few to tell. What is looked at is 8 bytes, behind empty
 * lines. Returns whether one may begin.
 */
__noinline int guess(struct __sk_buff *skb, struct tp_stream *stream, __u32 scratch_number) {
  struct tp_scratch *scratch = scratch_at(scratch_number);
  if (!stream || !scratch) return false;
  struct tp_walk *walk = &scratch->walk;
  if (skb->len <= walk->offset) return false;
  __u32 length = skb->len - walk->offset;
  __u32 offset = walk->offset, have = stream->part_length & 7, blank = 0;
  __u64 text = text_at(skb, offset, length), before = have ? bpf_be64_to_cpu(stream->part[0]) : 0;
  stream->part_length = 0;
  if (have) {
    __u64 both = (before & ~(~0ULL >> 8 * have)) | text >> 8 * have;
    if (begins(both)) {
      stream->part_length = have;
      return start_guessed(stream);
    }
    if (have + length < START_MAX && may_begin(both, have + length)) {
      stream->part[0] = bpf_cpu_to_be64(both);
      stream->part_length = have + length;
      walk->content = may_begin(both, have + length);
      return false;
    }
  }
  if (is_blank(text >> 56)) {
    blank = count_blank(skb, offset, length);
    if (blank >= length) return false;
    length -= blank;
    text = text_at(skb, offset + blank, length);
  }
  __u8 allowed = blank ? TP_CONTENT_HTTP_REQUEST : TP_CONTENT_HTTP;
  if (begins(text) & allowed) return start_guessed(stream);
  __u8 sorts = length < START_MAX ? may_begin(text, length) & allowed : 0;
  if (!sorts) return false;
  stream->part[0] = bpf_cpu_to_be64(text);
  stream->part_length = length;
  walk->content = sorts;
  return false;
}

/* Takes what user space found of a direction that is lost, if that tells what the byte with a sequence number is. */
static __always_inline bool take_position(struct tp_stream *stream, __u32 sequence) {
  __u32 connection = stream->connection;
  const volatile struct tp_position *position = bpf_map_lookup_elem(&tp_positions, &connection);
  if (!position || position->connection_again != connection) return false;
  __u32 state = position->state, start = position->sequence, distance = sequence - start;
  __u64 left = position->left;
  /* What was found before the direction was lost this time says nothing. */
  if (position->connection != connection || (__s32)(start - stream->next) < 0) return false;
  if (state == HTTP_BODY || state == HTTP_CHUNK) {
    if (distance >= left) return false;
    left -= distance;
  } else if (state != HTTP_OTHER && state != HTTP_END && distance != 0) {
    return false;
  }
  stream->state = state < HTTP_LOST ? state : HTTP_OTHER;
  if (position->is_complete) {
    stream->heads = position->heads;
    stream->connects = position->connects;
    stream->answered = position->answered;
    *(volatile __u32 *)&stream->asked = position->asked;
    NO_REORDERING();
    stream->was_lost = false;
    stream->is_complete = true;
  }
  stream->left = left;
  stream->next = sequence;
  stream->part_length = 0;
  stream->in_line = stream->is_untold = false;
  bpf_map_delete_elem(&tp_positions, &connection);
  return true;
}

/*
 * Comes to a segment's first byte that was not followed yet. Returns whether it is to be followed from there on: the state of the
 * direction has all else.
 */
__noinline int approach(struct tp_stream *stream, __u32 scratch_number, __u32 sequence, __u32 length) {
  struct tp_scratch *scratch = scratch_at(scratch_number);
  if (!stream || !scratch) return false;
  struct tp_walk *walk = &scratch->walk;
  __s32 distance = sequence - stream->next;
  walk->needed = 0;
  walk->head = TP_NO_HEAD;
  walk->bodiless = walk->count = walk->content = 0;
  walk->is_refused = false;
  stream->is_guessed = false;
  if (stream->is_overtaken) {
    stream->is_overtaken = false;
    if (stream->state != HTTP_OTHER && stream->state != HTTP_END) stream->state = HTTP_LOST;
  }
  walk->is_unpaired = stream->state == HTTP_LOST;
  if (stream->state == HTTP_LOST) {
    if (!take_position(stream, sequence)) return false;
    walk->is_unpaired = false;
    distance = 0;
  }
  if (distance < 0) {
    if ((__u32)-distance >= length) return false;
    walk->offset += (__u32)-distance;
  } else if (distance > 0) {
    if ((stream->state == HTTP_BODY || stream->state == HTTP_CHUNK) && (__u32)distance <= stream->left) {
      pass_body(stream, distance);
    } else if (stream->state == HTTP_OTHER) {
      stream->part_length = 0;
    } else if (stream->state != HTTP_END) {
      /* A head begins before the segment. */
      if (stream->state == HTTP_START && !stream->part_length) walk->head = -distance;
      stream->state = HTTP_LOST;
    }
  }
  stream->next = sequence + length;
  return stream->state < HTTP_END;
}

/* Writes what was found in a segment to the view. */
__noinline int tell(struct tp_view *view, struct tp_stream *stream, __u32 scratch_number, __u32 length) {
  struct tp_scratch *scratch = scratch_at(scratch_number);
  if (!view || !stream || !scratch) return 0;
  struct tp_walk *walk = &scratch->walk;
  view->flags = walk->bodiless << 16;
  /* Where heads are looked for, some can be missed. */
  if (stream->state == HTTP_OTHER) stream->is_complete = false;
  if (stream->state == HTTP_LOST) {
    stream->is_complete = false;
    stream->was_lost = true;
    view->flags |= TP_PACKET_LOST;
    walk->content = TP_CONTENT_HTTP;
    walk->needed = length;
  } else if (walk->content && !walk->needed) {
    walk->needed = length; /* too few bytes to tell */
  }
  view->content |= walk->content;
  view->needed = walk->needed;
  view->head = walk->head;
  view->connection = stream->connection;
  if (!walk->is_unpaired) view->flags |= TP_PACKET_PAIRED;
  if (stream->is_guessed) view->flags |= TP_PACKET_GUESSED;
  return 0;
}

/* Notes that a segment has passed on its connection, of which nobody else has this direction. */
__noinline int note_segment(struct __sk_buff *skb, struct tp_view *view, struct tp_streams *streams, __u32 direction) {
  struct bpf_sock *sock = skb->sk ? bpf_sk_fullsock(skb->sk) : NULL;
  if (!view || !streams || !sock) return 0;
  struct tp_stream *stream = &streams->directions[direction & 1];
  __u32 length = skb->len - view->payload_offset;
  if (!stream->is_known) {
    open_stream(skb, stream, view, sock, direction, length);
    if (direction == TP_EGRESS && !streams->directions[TP_INGRESS].is_known)
      open_requests(&streams->directions[TP_INGRESS], view, sock);
  }
  view->ahead = pass(stream, view, length);
  return 0;
}

/* All of a segment is recorded that passed while another one of its direction was looked at. */
static __always_inline void record_all(struct tp_view *view, __u32 length) {
  view->content = TP_CONTENT_HTTP;
  view->needed = length;
  view->head = TP_NO_HEAD;
  view->flags = TP_PACKET_LOST;
}

/* Follows a segment of a connection, or one alone, and writes to the view what was found. Not static: so the verifier checks it once. */
__noinline int follow(struct __sk_buff *skb, struct tp_view *view, __u32 scratch_number, __u32 direction) {
  struct tp_scratch *scratch = scratch_at(scratch_number);
  if (!view || !scratch || skb->len <= view->payload_offset) return 0;
  struct bpf_sock *sock = skb->sk ? bpf_sk_fullsock(skb->sk) : NULL;
  struct tp_streams *streams = streams_of(sock);
  if (!streams) {
    struct tp_opening *alone = &scratch->opening;
    __builtin_memset(alone, 0, sizeof *alone);
    bool is_listening = sock && sock->state == TCP_LISTEN;
    int request = is_listening ? find_request(skb, view, alone) : TP_NO_REQUEST;
    if (request == TP_PASSES_AGAIN) return 0;
    struct tp_opening *opening = request == TP_REQUEST ? opening_of(view, alone) : NULL;
    if (opening && !claim_stream(&opening->streams.directions[direction & 1])) {
      view->connection = opening->streams.directions[direction & 1].connection;
      record_all(view, skb->len);
      return 0;
    }
    streams = opening ? &opening->streams : &alone->streams;
    struct tp_stream *stream = &streams->directions[direction & 1];
    if (opening) {
      view->ahead = pass(stream, view, skb->len - view->payload_offset);
    } else {
      stream->next = view->sequence;
      if (is_listening) stream->connection = bpf_get_prandom_u32() | 1;
    }
  }
  struct tp_follow following = {.skb = skb, .streams = streams, .direction = direction & 1, .scratch_number = scratch_number};
  struct tp_stream *stream = &streams->directions[direction & 1];
  scratch->walk.offset = scratch->walk.first = view->payload_offset;
  bool goes_on = approach(stream, scratch_number, view->sequence, skb->len - view->payload_offset);
  if (goes_on && stream->state == HTTP_OTHER) goes_on = guess(skb, stream, scratch_number);
  if (goes_on) bpf_loop(1 << 17, follow_step, &following, 0);
  /* What seemed to begin a head is none: the bytes after it are looked at by themselves. */
  if (scratch->walk.is_refused && guess(skb, stream, scratch_number)) bpf_loop(1 << 17, follow_step, &following, 0);
  tell(view, stream, scratch_number, skb->len);
  if (streams != &scratch->opening.streams) release_stream(stream);
  return 0;
}

/*
 * Finds out what a packet of TCP or UDP says, as far as the plan asks and as that does not take to follow it. Returns whether it is to
 * be followed. Not static: so the verifier checks it once.
 */
__noinline int look_at(struct __sk_buff *skb, struct tp_view *view, __u32 asks, __u32 direction) {
  if (!view || !view->has_ports || skb->len < view->payload_offset) return false;
  __u32 length = skb->len - view->payload_offset;
  bool asks_dns = asks & TP_CONTENT_DNS, asks_http = asks & TP_CONTENT_HTTP;
  if ((view->shape & 7) != TP_TRANSPORT_TCP) {
    if (asks_dns && length > 0) view->content = dns_of(skb, view);
    return false;
  }
  asks_dns = asks_dns && has_port(view, PORT_DNS);
  if (!asks_http && !asks_dns) return false;
  struct bpf_sock *sock = skb->sk ? bpf_sk_fullsock(skb->sk) : NULL;
  if (!may_be_read(view, sock, direction)) return false;
  struct tp_streams *streams = streams_of(sock);
  /* Or the address of the second would be reckoned before the check. */
  barrier_var(streams);
  bool is_claimed = streams && claim_stream(&streams->directions[direction & 1]);
  if (is_claimed) note_segment(skb, view, streams, direction);
  if (length && streams && !is_claimed && asks_http) {
    view->connection = streams->directions[direction & 1].connection;
    record_all(view, skb->len);
    asks_http = false;
  }
  if (length && asks_dns) view->content |= TP_CONTENT_DNS;
  if (length && asks_http) return true;
  if (!is_claimed) return false;
  /* The compiler knows that there are some, and the verifier does not. */
  barrier_var(streams);
  if (streams) release_stream(&streams->directions[direction & 1]);
  return false;
}
