// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/* What a packet says: DNS by its ports, HTTP by where bodies end (see http.h). The rules are those of `PacketContent` in Swift. */
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
/* The empty lines before a request (RFC 9112 §2.2) that are skipped have no more bytes, where it is not certain that one begins. */
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

/* The longest transport header that a record must hold. */
#define LENGTH_TRANSPORT_MAX 60

/* How many bytes of the packet the rules in `row` need of it. */
static __always_inline __u32 needed(struct __sk_buff *skb, const struct tp_tables *tables, const struct tp_view *view,
                                    const __u64 *row) {
  __u32 headers = view->transport_offset + LENGTH_TRANSPORT_MAX;
  if (view->content == TP_CONTENT_NONE || !meets(row, tables, tables->plan->content_rules)) return headers;
  if (view->content & TP_CONTENT_DNS) return skb->len;
  return view->needed > headers ? view->needed : headers;
}
