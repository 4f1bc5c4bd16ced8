// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/* What a line of HTTP/1 says, which is in the scratch: it, or so much of it that the rest does not matter. */
#pragma once

/* The most bytes of a method. */
#define METHOD_MAX 32
/* Bytes of a line that are looked at together. */
#define LINE_ROOM (2 * LINE_PART)

/* HTTP/1. */
#define RESPONSE_TEXT 0x485454502f312eULL

#define TP_ASKS_HEAD 1
#define TP_ASKS_CONNECT 2

/* Eight bytes of a text are one number. A set of them is the top bits of its bytes. */
#define EACH_BYTE 0x0101010101010101ULL
#define TOP_BITS (0x80 * EACH_BYTE)

/* The bytes that are `byte`. */
static __always_inline __u64 each(__u64 bytes, __u8 byte) {
  __u64 others = bytes ^ byte * EACH_BYTE;
  return ~(((others & ~TOP_BITS) + ~TOP_BITS) | others) & TOP_BITS;
}

/* How many bytes are before the first of a set, which is not empty; the first byte is the top one. */
static __always_inline __u32 count_before(__u64 set) {
  __u32 count = 0;
  for (__u32 half = 4; half; half /= 2) {
    if (set >> (64 - 8 * half)) continue;
    set <<= 8 * half;
    count += half;
  }
  return count;
}

static __always_inline __u8 byte_of(const struct tp_scratch *scratch, __u32 place) {
  return ((const __u8 *)scratch->line)[place & (LINE_ROOM - 1)];
}

static __always_inline bool is_space(__u8 byte) { return byte == ' ' || byte == '\t'; }

/* A `tchar` of RFC 9110 §5.6.2: a bit for each byte below 64, and for each from there to 127. */
static __always_inline bool is_of_token(__u8 byte) {
  __u64 marks = byte < 64 ? 0x03ff6cfa00000000ULL : 0x57ffffffc7fffffeULL;
  return byte < 128 && marks >> (byte & 63) & 1;
}

/*
 * A place in the line in the scratch. It is kept in memory, of which the verifier knows nothing: so it looks at a loop that moves it
 * once, and not at each way through it.
 */
static __always_inline __u32 place_in(const struct tp_scratch *scratch) {
  return *(const volatile __u32 *)&scratch->walk.place;
}

static __always_inline void move_to(struct tp_scratch *scratch, __u32 place) {
  *(volatile __u32 *)&scratch->walk.place = place;
}

static __always_inline __u8 byte_there(const struct tp_scratch *scratch) { return byte_of(scratch, place_in(scratch)); }

/* Goes over at most so many blanks. */
static __always_inline void pass_spaces(struct tp_scratch *scratch, __u32 most) {
  NO_UNROLLING
  for (__u32 i = 0; i < most; i++) {
    if (!is_space(byte_there(scratch))) return;
    move_to(scratch, place_in(scratch) + 1);
  }
}

/*
 * Whether the line in the scratch, of which there are `length` bytes, may be the first of a request with any method: for a path, for `*`, or
 * for an address of HTTP.
 */
static __always_inline bool may_ask(struct tp_scratch *scratch, __u32 length) {
  move_to(scratch, 0);
  NO_UNROLLING
  for (__u32 i = 0; i <= METHOD_MAX; i++) {
    if (place_in(scratch) >= length) return true;
    if (!is_of_token(byte_there(scratch))) break;
    move_to(scratch, place_in(scratch) + 1);
  }
  if (!place_in(scratch) || !is_space(byte_there(scratch))) return false;
  pass_spaces(scratch, 16);
  if (place_in(scratch) >= length) return true;
  __u8 byte = byte_there(scratch);
  return byte == '/' || byte == '*' || (byte | 0x20) == 'h' || is_space(byte);
}

/* Whether a line that ends before `end` ends in a version of HTTP/1. */
__noinline int ends_in_version(__u32 scratch_number, __u32 end) {
  struct tp_scratch *scratch = scratch_at(scratch_number);
  if (!scratch) return false;
  move_to(scratch, end);
  NO_UNROLLING
  for (__u32 i = 0; i < 8; i++) {
    __u32 place = place_in(scratch);
    __u8 byte = byte_of(scratch, place - 1);
    if (place && (byte == '\r' || is_space(byte))) move_to(scratch, place - 1);
  }
  end = place_in(scratch);
  __u8 last = end ? byte_of(scratch, end - 1) : ' ';
  /* Of more blanks than that nobody knows here what is before them: user space looks again. */
  if (last == '\r' || is_space(last)) return true;
  if (end < 10 || last < '0' || last > '9' || !is_space(byte_of(scratch, end - 9))) return false;
  __u64 text = 0;
  NO_UNROLLING
  for (__u32 i = 0; i < 7; i++) text = text << 8 | byte_of(scratch, end - 8 + i);
  return text == RESPONSE_TEXT;
}

/* The first bytes of the line in the scratch, the first on top, with zeros behind its end. */
static __always_inline __u64 text_of(const struct tp_scratch *scratch, __u32 length) {
  __u64 text = bpf_be64_to_cpu(scratch->line[0]);
  return length < 8 ? text & ~(~0ULL >> (8 * length & 63)) : text;
}

/* The status in the line in the scratch; 0 when there is none. */
static __always_inline __u32 status_of(struct tp_scratch *scratch) {
  move_to(scratch, 8);
  pass_spaces(scratch, 8);
  __u32 place = place_in(scratch), status = 0;
  NO_UNROLLING
  for (__u32 i = 0; i < 3; i++) {
    __u32 digit = byte_of(scratch, place + i) - '0';
    if (digit > 9) return 0;
    status = status * 10 + digit;
  }
  return status;
}

/* Whether the line in the scratch, as far as it is there, may be the first of a head. */
__noinline int may_start(__u32 scratch_number, __u32 length) {
  struct tp_scratch *scratch = scratch_at(scratch_number);
  if (!scratch || !length) return false;
  __u64 text = text_of(scratch, length);
  __u8 sort = begins(text);
  bool may_answer = length < 7 && !((text ^ RESPONSE_TEXT << 8) >> (64 - 8 * length & 63));
  if (!sort && !may_answer && !may_ask(scratch, length)) return false;
  scratch->walk.content |= sort ? sort : TP_CONTENT_HTTP;
  return true;
}

/* Takes the line in the scratch as the first of a head, which it may be. */
__noinline int take_start(struct tp_stream *stream, __u32 scratch_number, __u32 length) {
  struct tp_scratch *scratch = scratch_at(scratch_number);
  if (!stream || !scratch || !length) return 0;
  __u64 text = text_of(scratch, length);
  __u8 sort = begins(text);
  stream->state = HTTP_FIELDS;
  stream->content = sort ? sort : TP_CONTENT_HTTP_REQUEST;
  stream->is_untold = !sort;
  stream->status = sort == TP_CONTENT_HTTP_RESPONSE ? status_of(scratch) : 0;
  stream->question = text >> 24 == 0x4845414420       ? TP_ASKS_HEAD
                     : text == 0x434f4e4e45435420     ? TP_ASKS_CONNECT
                                                      : 0;
  stream->head = 0;
  stream->length = 0;
  stream->has_length = stream->is_chunked = stream->is_bad = stream->was_framing = false;
  return 0;
}

/* A byte of a name as a small letter. */
static __always_inline __u64 small(__u64 text) { return text | 0x2020202020202020ULL; }

/* Goes to a field's value, when blanks and a colon follow its name, which ends at `place`. */
static __always_inline bool find_value(struct tp_scratch *scratch, __u32 place) {
  move_to(scratch, place);
  pass_spaces(scratch, 8);
  if (byte_there(scratch) != ':') return false;
  move_to(scratch, place_in(scratch) + 1);
  pass_spaces(scratch, 8);
  return true;
}

/* Whether nothing but blanks is from the place to the end of the line. */
static __always_inline bool is_at_end(struct tp_scratch *scratch) {
  pass_spaces(scratch, 8);
  __u8 byte = byte_there(scratch);
  return byte == '\n' || (byte == '\r' && byte_of(scratch, place_in(scratch) + 1) == '\n');
}

static __always_inline void take_length(struct tp_stream *stream, struct tp_scratch *scratch) {
  __u64 length = 0;
  __u32 start = place_in(scratch);
  NO_UNROLLING
  for (__u32 i = 0; i < 18; i++) {
    __u32 digit = byte_there(scratch) - '0';
    if (digit > 9) break;
    length = length * 10 + digit;
    move_to(scratch, place_in(scratch) + 1);
  }
  if (place_in(scratch) == start || !is_at_end(scratch) || (stream->has_length && stream->length != length))
    stream->is_bad = true;
  stream->length = length;
  stream->has_length = true;
}

/* Takes what the line in the scratch, which is a field and is whole or long, says of the body. */
__noinline int take_field(struct tp_stream *stream, __u32 scratch_number, __u32 is_whole) {
  struct tp_scratch *scratch = scratch_at(scratch_number);
  if (!stream || !scratch) return 0;
  __u8 first = byte_of(scratch, 0);
  if (is_space(first)) {
    /* The line goes on with the one before. */
    if (stream->was_framing) stream->is_bad = true;
    return 0;
  }
  stream->was_framing = false;
  first |= 0x20;
  if (first != 'c' && first != 't') return 0;
  __u64 begin = small(bpf_be64_to_cpu(scratch->line[0])), middle = small(bpf_be64_to_cpu(scratch->line[1]));
  /* content- length, transfer -encoding: of both marks another byte could become one. */
  bool is_length = begin == 0x636f6e74656e742dULL && middle >> 16 == 0x6c656e677468ULL && byte_of(scratch, 7) == '-';
  bool is_coding = begin == 0x7472616e73666572ULL && middle == 0x2d656e636f64696eULL && (byte_of(scratch, 16) | 0x20) == 'g' &&
                   byte_of(scratch, 8) == '-';
  if (!is_length && !is_coding) return 0;
  if (!find_value(scratch, is_length ? 14 : 17)) return 0;
  stream->was_framing = true;
  if (!is_whole) {
    stream->is_bad = true;
  } else if (is_length) {
    take_length(stream, scratch);
  } else {
    __u64 coding = 0;
    NO_UNROLLING
    for (__u32 i = 0; i < 7; i++) {
      coding = coding << 8 | (byte_there(scratch) | 0x20);
      move_to(scratch, place_in(scratch) + 1);
    }
    if (coding != 0x6368756e6b6564ULL || !is_at_end(scratch)) stream->is_bad = true;
    stream->is_chunked = true;
  }
  return 0;
}

/* Takes the length of a chunk; false when the line in the scratch has none. */
__noinline int take_size(struct tp_stream *stream, __u32 scratch_number) {
  struct tp_scratch *scratch = scratch_at(scratch_number);
  if (!stream || !scratch) return false;
  __u64 size = 0;
  move_to(scratch, 0);
  NO_UNROLLING
  for (__u32 i = 0; i < 16; i++) {
    __u8 byte = byte_there(scratch), letter = byte | 0x20;
    __u32 digit = byte >= '0' && byte <= '9' ? byte - '0' : letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : 16;
    if (digit > 15) break;
    if (size >> 58) return false;
    size = size << 4 | digit;
    move_to(scratch, place_in(scratch) + 1);
  }
  stream->left = size;
  __u8 byte = byte_there(scratch);
  return place_in(scratch) && (byte == '\n' || byte == '\r' || byte == ';' || is_space(byte));
}

/* How many bytes of the line in the scratch there are up to its end; 0 when it is not in the first `length`. */
static __always_inline __u32 find_newline(struct tp_scratch *scratch, __u32 length) {
  move_to(scratch, LINE_ROOM);
  NO_UNROLLING
  for (__u32 i = 0; i < LINE_ROOM / 8; i++) {
    __u64 ends = each(bpf_be64_to_cpu(scratch->line[i]), '\n');
    if (!ends) continue;
    move_to(scratch, 8 * i + count_before(ends));
    break;
  }
  __u32 end = place_in(scratch) + 1;
  return end <= length ? end : 0;
}
