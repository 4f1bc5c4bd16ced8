/* Records: reserve, fill, submit. */
#pragma once

/* Copies a socket's owner as it was at one moment. After a few tries in vain (somebody writes it right now) as it is. */
static __always_inline void copy_owner(struct tp_owner *owner, const struct tp_socket *socket) {
  for (int i = 0; i < 4; i++) {
    __u32 before = sequence_of(&socket->sequence);
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

static __always_inline bool emit_sized(struct __sk_buff *skb, struct tp_packet *head, const struct tp_socket *socket,
                                       const __u64 *row, __u32 capture) {
  __u32 row_bytes = 8 * tp_config.row_words;
  if (row_bytes > 8 * TP_ROW_WORDS_MAX) return false;
  struct tp_packet *packet = bpf_ringbuf_reserve(&tp_ring, sizeof *packet + row_bytes + capture, 0);
  if (!packet) return false;
  __u32 length = skb->len < capture ? skb->len : capture;
  __u64 *out = (void *)(packet + 1);
  void *bytes = (char *)(packet + 1) + row_bytes;
  if (length == 0 || length > capture || bpf_skb_load_bytes(skb, 0, bytes, length)) length = 0;
  head->captured = length;
  __builtin_memcpy(packet, head, __builtin_offsetof(struct tp_packet, owner));
  TP_EACH_WORD(i) out[i] = row[i];
  if (socket)
    copy_owner(&packet->owner, socket);
  else
    __builtin_memset(&packet->owner, 0, sizeof packet->owner);
  bpf_ringbuf_submit(packet, 0);
  return true;
}

/* Whether the record is in the ring. The smallest capture is taken that holds the packet, or what is needed of it. */
static __always_inline bool emit(struct __sk_buff *skb, struct tp_packet *head, const struct tp_socket *socket,
                                 const __u64 *row, __u32 needed) {
  if (skb->len < needed) needed = skb->len;
#define X(size) \
  if (needed <= size) return emit_sized(skb, head, socket, row, size);
  TP_CAPTURES(X)
#undef X
  return emit_sized(skb, head, socket, row, TP_CAPTURE_MAX);
}
