/* Records: reserve, fill, submit. */
#pragma once

/* Copies a socket's owner as it was at one moment. After a few tries in vain (somebody writes it right now) as it is. */
static __always_inline void copy_owner(struct tp_owner *owner, const struct tp_socket *socket) {
  for (int i = 0; i < 4; i++) {
    __u64 before = sequence_of(&socket->sequence);
    bpf_probe_read_kernel(owner, sizeof *owner, &socket->owner);
    if (before == sequence_of(&socket->sequence) && !(before & 1)) return;
  }
}

static __always_inline void count(__u64 *counter) { __sync_fetch_and_add(counter, 1); }

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

/* What is recorded of a packet besides its bytes and its owner. */
struct tp_want {
  struct tp_row row; /* the rules that want it */
  __u32 needed;      /* how many of its bytes they need */
  __u32 generation;
  enum tp_direction direction;
  __s32 system_call;
};

static __always_inline bool emit_sized(struct __sk_buff *skb, const struct tp_view *seen, const struct tp_socket *socket,
                                       const struct tp_want *want, __u32 capture) {
  __u32 row_bytes = 8 * tp_config.row_words;
  if (row_bytes > 8 * TP_ROW_WORDS_MAX) return false;
  struct tp_packet *packet = bpf_ringbuf_reserve(&tp_ring, sizeof *packet + row_bytes + capture, 0);
  if (!packet) return false;
  __u32 length = skb->len < capture ? skb->len : capture;
  __u64 *out = (void *)(packet + 1);
  void *bytes = (char *)(packet + 1) + row_bytes;
  if (length == 0 || length > capture || bpf_skb_load_bytes(skb, 0, bytes, length)) length = 0;
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
  packet->flags = 0;
  __builtin_memset(packet->interface_name, 0, sizeof packet->interface_name);
  packet->_reserved = 0;
  TP_EACH_WORD(i) out[i] = want->row.words[i];
  if (socket)
    copy_owner(&packet->owner, socket);
  else
    __builtin_memset(&packet->owner, 0, sizeof packet->owner);
  bpf_ringbuf_submit(packet, 0);
  return true;
}

/*
 * Whether the record is in the ring. The smallest capture is taken that holds the packet, or what is needed of it. `socket` is
 * NULL when the packet has no owner. Not static: so the verifier checks it once, and not again with all that may have gone before.
 */
__noinline int emit(struct __sk_buff *skb, struct tp_view *seen, struct tp_socket *socket, struct tp_want *want) {
  if (!seen || !want) return false;
  __u32 needed = skb->len < want->needed ? skb->len : want->needed;
  if (!may_take(&want->row, sizeof(struct tp_packet) + needed)) return false;
#define X(size) \
  if (needed <= size) return emit_sized(skb, seen, socket, want, size);
  TP_CAPTURES(X)
#undef X
  return emit_sized(skb, seen, socket, want, TP_CAPTURE_MAX);
}
