// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/*
 * HTTP/1, followed line by line: a head is where the body before it ends, and nowhere else. What this side does not read as well as
 * user space does it does not pass over: it records all that follows. The rules are those of `HTTPPosition` and `HTTPFraming` in Swift.
 */
#pragma once

/* A longer head is no head. */
#define HEAD_MAX 65536
/* So many bytes of the end of a long line are kept. */
#define LINE_END 16

/* Which of the requests in the other direction a response answers: TP_ASKS_HEAD, TP_ASKS_CONNECT, 0, or -1 when that is not known. */
static __always_inline int question_of(struct tp_stream *stream, const struct tp_stream *requests) {
  __u32 waiting = requests->asked - stream->answered;
  /* Of answers that passed while this direction was lost nobody counted which requests they were to. */
  if (!requests->is_complete || stream->was_lost || waiting == 0 || waiting > 64) return -1;
  __u32 number = stream->answered++ & 63;
  if (requests->heads >> number & 1) return TP_ASKS_HEAD;
  return requests->connects >> number & 1 ? TP_ASKS_CONNECT : 0;
}

static __always_inline void add_question(struct tp_stream *stream) {
  __u32 number = stream->asked & 63;
  __u64 bit = 1ULL << number;
  stream->heads = stream->question == TP_ASKS_HEAD ? stream->heads | bit : stream->heads & ~bit;
  stream->connects = stream->question == TP_ASKS_CONNECT ? stream->connects | bit : stream->connects & ~bit;
  /* After it, the other direction may read them. */
  __sync_fetch_and_add(&stream->asked, 1);
}

static __always_inline void enter_body(struct tp_stream *stream, __u8 unsaid) {
  stream->left = stream->length;
  if (stream->is_bad)
    stream->state = HTTP_LOST;
  else if (stream->is_chunked)
    stream->state = HTTP_CHUNK_SIZE;
  else if (stream->has_length)
    stream->state = stream->length ? HTTP_BODY : HTTP_START;
  else
    stream->state = unsaid;
}

/* Goes on behind a head to what it says. */
__noinline int end_head(struct tp_streams *streams, __u32 direction, __u32 scratch_number) {
  struct tp_scratch *scratch = scratch_at(scratch_number);
  if (!streams || !scratch) return 0;
  struct tp_stream *stream = &streams->directions[direction & 1], *other = &streams->directions[~direction & 1];
  struct tp_walk *walk = &scratch->walk;
  __u8 number = walk->count < TP_BODILESS_MAX ? walk->count : TP_BODILESS_MAX;
  walk->count = number + 1;
  if (number == TP_BODILESS_MAX) walk->is_unpaired = true;
  if (stream->content == TP_CONTENT_HTTP_REQUEST) {
    add_question(stream);
    enter_body(stream, HTTP_START);
    return 0;
  }
  __u16 status = stream->status;
  stream->state = HTTP_START;
  if (status >= 100 && status < 200 && status != 101) return 0;
  int question = question_of(stream, other);
  if (status == 101 || (question == TP_ASKS_CONNECT && status >= 200 && status < 300)) {
    stream->state = other->state = HTTP_END;
    return 0;
  }
  if (question < 0) walk->is_unpaired = true;
  if (question == TP_ASKS_HEAD) {
    walk->bodiless |= 1 << (number & 15);
    return 0;
  }
  if (status == 204 || status == 304) return 0;
  enter_body(stream, HTTP_END);
  /* User space has all requests where this side is lost among them, and may know what they ask. */
  if (question < 0 && (stream->was_lost || other->was_lost || other->asked - stream->answered > 64)) stream->state = HTTP_LOST;
  return 0;
}

/* Takes the line in the scratch, of which there are `length` bytes. `is_whole`: the last of them ends it. */
__noinline int take_line(struct tp_streams *streams, __u32 direction, __u32 scratch_number, __u32 length, __u32 is_whole) {
  const struct tp_scratch *scratch = scratch_at(scratch_number);
  if (!streams || !scratch) return 0;
  struct tp_stream *stream = &streams->directions[direction & 1];
  __u8 first = byte_of(scratch, 0);
  bool begins_line = !stream->in_line;
  bool is_empty = begins_line && is_whole && (length == 1 || (length == 2 && first == '\r'));
  stream->in_line = !is_whole;
  switch (stream->state) {
    case HTTP_START: take_start(stream, scratch_number, length); break;
    case HTTP_FIELDS:
      if (is_empty)
        end_head(streams, direction, scratch_number);
      else if (begins_line)
        take_field(stream, scratch_number, is_whole);
      break;
    case HTTP_CHUNK_SIZE:
      if (begins_line && !take_size(stream, scratch_number)) stream->state = HTTP_LOST;
      else if (is_whole) stream->state = stream->left ? HTTP_CHUNK : HTTP_TRAILER;
      break;
    case HTTP_CHUNK_END: stream->state = is_empty ? HTTP_CHUNK_SIZE : HTTP_LOST; break;
    case HTTP_TRAILER:
      if (is_empty) stream->state = HTTP_START;
      break;
    default: break;
  }
  if (is_whole && stream->is_untold && stream->state == HTTP_FIELDS) {
    if (!ends_in_version(scratch_number, length - 1)) stream->state = HTTP_OTHER;
    stream->is_untold = false;
  }
  return 0;
}

/* What a step needs; what it changes is in the scratch, for which the stack has no room. */
struct tp_follow {
  struct __sk_buff *skb;
  struct tp_streams *streams;
  __u32 direction, scratch_number;
};

/* Goes over bytes of a body. */
static __always_inline void pass_body(struct tp_stream *stream, __u64 count) {
  stream->left -= count;
  if (!stream->left) stream->state = stream->state == HTTP_BODY ? HTTP_START : HTTP_CHUNK_END;
}

/* Keeps what there is of a line that goes on behind the segment, or behind the part of a line that was taken. */
static __always_inline void keep_line(struct tp_stream *stream, const struct tp_scratch *scratch, __u32 length, bool is_taken) {
  if (!is_taken) {
    for (__u32 i = 0; i < LINE_PART / 8; i++) stream->part[i] = scratch->line[i];
    stream->part_length = length;
    return;
  }
  __u32 place = (length - LINE_END) & (LINE_ROOM - 1);
  if (place > LINE_ROOM - LINE_END) return;
  __builtin_memcpy(stream->part, (const __u8 *)scratch->line + place, LINE_END);
  stream->part_length = LINE_END;
}

/* Goes over a body, or takes a line. */
static int follow_step(__u32 index, struct tp_follow *follow) {
  struct tp_scratch *scratch = scratch_at(follow->scratch_number);
  if (!scratch || !follow->streams) return 1;
  struct __sk_buff *skb = follow->skb;
  struct tp_stream *stream = &follow->streams->directions[follow->direction & 1];
  struct tp_walk *walk = &scratch->walk;
  __u32 offset = walk->offset, state = stream->state;
  if (offset >= skb->len || state == HTTP_OTHER || state >= HTTP_END) return 1;
  __u32 rest = skb->len - offset;
  if (state == HTTP_BODY || state == HTTP_CHUNK) {
    __u64 count = stream->left < rest ? stream->left : rest;
    pass_body(stream, count);
    walk->offset = offset + count;
    return 0;
  }
  __u32 have = stream->part_length & (LINE_PART - 1), count = some_of(rest < LINE_PART ? rest : LINE_PART, LINE_PART);
  if (have)
    for (__u32 i = 0; i < LINE_PART / 8; i++) scratch->line[i] = stream->part[i];
  if (bpf_skb_load_bytes(skb, offset, (__u8 *)scratch->line + have, count)) return 1;
  if (state == HTTP_START && !have && is_blank(byte_of(scratch, 0))) {
    walk->content |= TP_CONTENT_HTTP;
    walk->offset = walk->needed = offset + 1;
    return 0;
  }
  __u32 length = have + count, end = find_newline(scratch, length);
  bool is_taken = end || length >= LINE_PART;
  if (state == HTTP_START) {
    if (!may_start(follow->scratch_number, end ? end : length)) {
      stream->state = HTTP_OTHER;
      stream->part_length = 0;
      walk->is_refused = have;
      return 1;
    }
    if (walk->head == (__s32)TP_NO_HEAD && !have) walk->head = offset - walk->first;
  } else {
    walk->content |= stream->content;
  }
  __u32 used = end ? end : length;
  if (is_taken) take_line(follow->streams, follow->direction, follow->scratch_number, used, end > 0);
  if (end)
    stream->part_length = 0;
  else
    keep_line(stream, scratch, length, is_taken);
  offset += used - have;
  stream->head += used - have;
  if (stream->state == HTTP_FIELDS && stream->head >= HEAD_MAX) stream->state = HTTP_OTHER;
  walk->offset = walk->needed = offset;
  return 0;
}

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
