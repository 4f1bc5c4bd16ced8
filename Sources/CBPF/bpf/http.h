// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/*
 * HTTP/1, followed line by line: a head is where the body before it ends, and nowhere else. What this side does not read as well as
 * user space does it does not pass over: it records all that follows. The rules are those of `HTTPPosition` and `HTTPFraming` in Swift.
 * Where a segment is in its direction, and what is written of it, is in follow.h.
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
