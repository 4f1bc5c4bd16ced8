// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/* Records: reserve, fill, submit. */
#pragma once

struct tp_loss {
  const __u64 *row;
  __u32 first; /* the place of the first rule's count */
};

static int count_loss(__u32 rule, const struct tp_loss *loss) {
  if (rule >= TP_RULES_MAX) return 1;
  __u32 place = loss->first + rule;
  __u64 *lost = loss->row[rule / 64] >> rule % 64 & 1 ? bpf_map_lookup_elem(&tp_losses, &place) : NULL;
  if (lost) count(lost);
  return 0;
}

/* Counts, for each rule of a row, a packet that found the ring full. */
static __always_inline void count_losses(const __u64 *row, __u32 generation) {
  struct tp_loss loss = {.row = row, .first = generation % TP_PLAN_SLOTS * TP_RULES_MAX};
  bpf_loop(64 * tp_config.row_words, count_loss, &loss, 0);
}

/* CHECKSUM_PARTIAL of the kernel: a device computes it. */
#define CHECKSUM_PARTIAL 3

/* The kernel's own view of a packet, for reads through calls. */
static __always_inline void describe_buffer(struct tp_packet *packet, struct sk_buff *buffer) {
  struct net_device *device = BPF_CORE_READ(buffer, dev);
  __builtin_memset(packet->interface_name, 0, sizeof packet->interface_name);
  if (device) BPF_CORE_READ_STR_INTO(&packet->interface_name, device, name);
  if (BPF_CORE_READ_BITFIELD_PROBED(buffer, ip_summed) == CHECKSUM_PARTIAL) packet->flags |= TP_PACKET_CHECKSUM_PARTIAL;
}

static __always_inline bool emit_sized(struct __sk_buff *skb, const struct tp_view *seen, const struct tp_scratch *scratch,
                                       const struct tp_want *want, __u32 capture) {
  __u32 row_bytes = 8 * tp_config.row_words;
  if (row_bytes > 8 * TP_ROW_WORDS_MAX) return false;
  struct tp_packet *packet = bpf_ringbuf_reserve(&tp_ring, sizeof *packet + row_bytes + capture, 0);
  if (!packet) return false;
  __u32 length = skb->len < capture ? skb->len : capture;
  __u64 *out = (void *)(packet + 1);
  void *bytes = (char *)(packet + 1) + row_bytes;
  length = some_of(length, capture);
  if (bpf_skb_load_bytes(skb, 0, bytes, length)) length = 0;
  packet->kind = TP_RECORD_PACKET;
  packet->generation = want->generation;
  packet->time = bpf_ktime_get_boot_ns();
  packet->length = skb->len;
  packet->captured = length;
  packet->interface = skb->ifindex;
  packet->processor = bpf_get_smp_processor_id();
  packet->system_call = want->system_call;
  packet->row_words = tp_config.row_words;
  packet->direction = want->direction;
  packet->shape = seen->shape;
  packet->transport_offset = seen->transport_offset;
  packet->segment_size = seen->segment_size;
  packet->ahead = seen->ahead;
  packet->flags = want->flags | seen->flags;
  packet->head = seen->head;
  packet->connection = seen->connection;
  packet->_reserved = 0;
  describe_buffer(packet, (void *)skb);
  TP_EACH_WORD(i) out[i] = scratch->row.words[i];
  bpf_probe_read_kernel(&packet->owner, sizeof packet->owner, &scratch->owner);
  bpf_ringbuf_submit(packet, 0);
  return true;
}

/*
 * Whether the record is in the ring. The rules need `most` bytes of the packet. The smallest capture is taken that holds the packet, or what is needed of it. Not static: so
 * the verifier checks it once, and not again with all that may have gone before.
 */
__noinline int emit(struct __sk_buff *skb, struct tp_view *seen, __u32 scratch_number, struct tp_want *want, __u32 most) {
  const struct tp_scratch *scratch = scratch_at(scratch_number);
  if (!seen || !want || !scratch) return false;
  __u32 needed = skb->len < most ? skb->len : most;
  if (!may_take(&scratch->row, sizeof(struct tp_packet) + needed)) return false;
#define X(size) \
  if (needed <= size) return emit_sized(skb, seen, scratch, want, size);
  TP_CAPTURES(X)
#undef X
  return emit_sized(skb, seen, scratch, want, TP_CAPTURE_MAX);
}
