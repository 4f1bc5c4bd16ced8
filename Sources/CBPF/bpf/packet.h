// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/* What a packet is: its family, transport, addresses and ports. The rules are those of `PacketShape` in Swift. */
#pragma once

/* What is looked at of a packet. Both addresses begin at a multiple of eight bytes. */
struct tp_view {
  __u32 _before_source;
  struct tp_address_key source;
  __u32 _before_destination;
  struct tp_address_key destination;
  __u16 source_port, destination_port;
  __u8 shape;
  bool has_ports;
  __u8 content; /* as far as the plan asks; see content.h */
  __u8 hiding;  /* enum tp_hiding */
  __u16 transport_offset;
  __u16 payload_offset; /* of TCP and UDP */
  __u32 sequence;       /* of TCP: of the payload's first byte */
  __u32 ahead;          /* of TCP: bytes that are missing before it, if the plan asks; see stream.h */
  bool is_syn;          /* of TCP */
  __u16 segment_size;   /* of UDP: see `tp_packet` */
  __u32 needed;         /* of TCP: bytes of the packet up to the last that is of no body of HTTP, see http.h */
  __s32 head;           /* of TCP: see `tp_packet` */
  __u32 connection;
  __u32 flags;          /* enum tp_packet_flags that following HTTP gives */
} __attribute__((aligned(8)));

struct ipv4_header {
  __u8 version_and_length, tos;
  __be16 length, id, fragment;
  __u8 ttl, protocol;
  __be16 checksum;
  __be32 source, destination;
};

struct ipv6_header {
  __be32 version_class_flow;
  __be16 length;
  __u8 next_header, hop_limit;
  __u8 source[16], destination[16];
};

/* Of TCP, as far as it is looked at. */
struct tcp_header {
  __be16 source, destination;
  __be32 sequence, acknowledgement;
  __u8 data_offset, flags;
  __be16 window, checksum, urgent;
};

enum {
  PROTOCOL_HOP_BY_HOP = 0,
  PROTOCOL_ICMP = 1,
  PROTOCOL_TCP = 6,
  PROTOCOL_UDP = 17,
  PROTOCOL_ROUTING = 43,
  PROTOCOL_FRAGMENT = 44,
  PROTOCOL_AUTHENTICATION = 51,
  PROTOCOL_ICMPV6 = 58,
  PROTOCOL_DESTINATION = 60,
};

#define TCP_SYN 2

#define LENGTH_UDP 8
#define LENGTH_ICMP 8
#define LENGTH_ICMPV6 4

/* Copies bytes of a packet: by a call of the kernel only when they are not all in the part that lies before us. */
static __always_inline bool load(struct __sk_buff *skb, __u32 offset, void *to, __u32 size) {
  void *from = (void *)(long)skb->data + offset;
  if (from + size > (void *)(long)skb->data_end) return bpf_skb_load_bytes(skb, offset, to, size) == 0;
  __builtin_memcpy(to, from, size);
  return true;
}

/*
 * The same length, which is from 1 to `most`, a power of two. Older verifiers do not see that a number is not 0, nor that a check
 * of one register is one of another.
 */
static __always_inline __u32 some_of(__u32 length, __u32 most) {
  barrier_var(length);
  return ((length - 1) & (most - 1)) + 1;
}

static __always_inline void view_ports(struct tp_view *view, const void *ports) {
  view->has_ports = true;
  view->source_port = bpf_ntohs(((const __be16 *)ports)[0]);
  view->destination_port = bpf_ntohs(((const __be16 *)ports)[1]);
}

static __always_inline void hide(struct tp_view *view, enum tp_hiding hiding) { view->hiding = hiding; }

/* Several datagrams can come as one packet, to be cut later (UDP_SEGMENT) or never (UDP_GRO). */
static __always_inline void view_segments(struct __sk_buff *skb, struct tp_view *view) {
  __u32 size = skb->gso_size;
  if (size && skb->len > view->payload_offset + size) view->segment_size = size;
}

static __always_inline void view_transport(struct __sk_buff *skb, __u32 offset, __u8 protocol, struct tp_view *view) {
  union {
    struct tcp_header tcp;
    __u8 bytes[8];
  } header;
  bool is_ipv4 = view->shape == TP_SHAPE_IPV4;
  if (offset > TP_TRANSPORT_OFFSET_MAX) return hide(view, TP_HIDDEN_BY_HEADERS);
  if (protocol == PROTOCOL_TCP) {
    if (!load(skb, offset, &header.tcp, sizeof header.tcp) || header.tcp.data_offset >> 4 < 5)
      return hide(view, TP_HIDDEN_BY_END);
    view->shape += TP_TRANSPORT_TCP;
    view->payload_offset = offset + (header.tcp.data_offset >> 4) * 4;
    view->is_syn = header.tcp.flags & TCP_SYN;
    view->sequence = bpf_ntohl(header.tcp.sequence) + view->is_syn;
    view_ports(view, &header);
  } else if (protocol == PROTOCOL_UDP) {
    if (!load(skb, offset, header.bytes, LENGTH_UDP)) return hide(view, TP_HIDDEN_BY_END);
    view->shape += TP_TRANSPORT_UDP;
    view->payload_offset = offset + LENGTH_UDP;
    view_ports(view, &header);
    view_segments(skb, view);
  } else if (protocol == PROTOCOL_ICMP && is_ipv4) {
    if (skb->len < offset + LENGTH_ICMP) return hide(view, TP_HIDDEN_BY_END);
    view->shape += TP_TRANSPORT_ICMP;
  } else if (protocol == PROTOCOL_ICMPV6 && !is_ipv4) {
    if (skb->len < offset + LENGTH_ICMPV6) return hide(view, TP_HIDDEN_BY_END);
    view->shape += TP_TRANSPORT_ICMPV6;
  } else {
    return;
  }
  view->transport_offset = offset;
}

static __always_inline bool view_ipv4(struct __sk_buff *skb, struct tp_view *view) {
  struct ipv4_header header;
  if (!load(skb, 0, &header, sizeof header)) return false;
  __u32 length = (header.version_and_length & 15) * 4;
  if (length < sizeof header || skb->len < length) return false;
  view->shape = TP_SHAPE_IPV4;
  view->source.address[10] = view->source.address[11] = 0xff;
  view->destination.address[10] = view->destination.address[11] = 0xff;
  __builtin_memcpy(view->source.address + 12, &header.source, 4);
  __builtin_memcpy(view->destination.address + 12, &header.destination, 4);
  if (header.fragment & bpf_htons(0x1fff))
    hide(view, TP_HIDDEN_BY_FRAGMENT);
  else
    view_transport(skb, length, header.protocol, view);
  return true;
}

static __always_inline bool is_extension(__u8 protocol) {
  return protocol == PROTOCOL_HOP_BY_HOP || protocol == PROTOCOL_ROUTING || protocol == PROTOCOL_FRAGMENT ||
         protocol == PROTOCOL_DESTINATION || protocol == PROTOCOL_AUTHENTICATION;
}

/* A way along extension headers. */
struct tp_extension_walk {
  struct __sk_buff *skb;
  __u32 offset;     /* of the header that is looked at next */
  __u8 next;        /* what it is */
  bool is_cut;      /* it is not all there */
  bool is_fragment; /* it begins a fragment after the first */
};

static int skip_extension(__u32 index, struct tp_extension_walk *walk) {
  /* Next header, length, and of a fragment header the offset and flags; each has eight bytes at least. */
  __u8 extension[8];
  if (!is_extension(walk->next)) return 1;
  walk->is_cut = bpf_skb_load_bytes(walk->skb, walk->offset, extension, sizeof extension);
  if (walk->is_cut) return 1;
  walk->is_fragment = walk->next == PROTOCOL_FRAGMENT && (extension[2] || extension[3] & 0xf8);
  if (walk->is_fragment) return 1;
  if (walk->next == PROTOCOL_FRAGMENT)
    walk->offset += 8;
  else if (walk->next == PROTOCOL_AUTHENTICATION)
    walk->offset += (extension[1] + 2) * 4;
  else
    walk->offset += (extension[1] + 1) * 8;
  walk->next = extension[0];
  return 0;
}

static __always_inline bool view_ipv6(struct __sk_buff *skb, struct tp_view *view) {
  struct ipv6_header header;
  if (!load(skb, 0, &header, sizeof header)) return false;
  view->shape = TP_SHAPE_IPV6;
  __builtin_memcpy(view->source.address, header.source, 16);
  __builtin_memcpy(view->destination.address, header.destination, 16);
  struct tp_extension_walk walk = {.skb = skb, .offset = sizeof header, .next = header.next_header};
  if (is_extension(walk.next)) bpf_loop(TP_EXTENSION_HEADERS_MAX, skip_extension, &walk, 0);
  if (walk.is_cut)
    hide(view, TP_HIDDEN_BY_END);
  else if (walk.is_fragment)
    hide(view, TP_HIDDEN_BY_FRAGMENT);
  else if (is_extension(walk.next))
    hide(view, TP_HIDDEN_BY_HEADERS);
  else
    view_transport(skb, walk.offset, walk.next, view);
  return true;
}

/*
 * Looks at a packet; `view` is all zero. False when it is not IP, or cut off before the end of its IP header. Not static: so
 * the verifier checks it once, and not again with all that may follow.
 */
__noinline int view(struct __sk_buff *skb, struct tp_view *view) {
  __u8 first;
  if (!view || !load(skb, 0, &first, sizeof first)) return false;
  view->source.prefix_length = view->destination.prefix_length = 128;
  switch (first >> 4) {
    case 4: return view_ipv4(skb, view);
    case 6: return view_ipv6(skb, view);
    default: return false;
  }
}
