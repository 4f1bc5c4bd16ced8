// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/*
 * Records: reserve, fill, submit. Most packets have an owner that user space keeps, by a place that follows from its id: then only the id is
 * told. Here stands who is kept where, as of the records before.
 */
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

/* The place where user space keeps an owner, and what stood there before the record. */
struct tp_keeping {
  struct tp_kept_owner *place; /* NULL: nobody is to be kept, or is needed */
  __u64 turn;
};

static __always_inline struct tp_keeping keeping_of(__u64 id) {
  __u32 place = TP_KEPT_PLACE(id);
  struct tp_keeping keeping = {.place = id ? bpf_map_lookup_elem(&tp_kept_owners, &place) : NULL};
  if (keeping.place) keeping.turn = sequence_of(&keeping.place->turn);
  return keeping;
}

/*
 * Whether an owner is kept, as far as was told before `keeping`. If the turn is the same when the ring has given room to a record, no owner was
 * told in between: who tells one changes the turn before he takes room for that.
 */
static __always_inline bool is_kept(const struct tp_keeping *keeping, __u64 id) {
  return id == 0 || (keeping->place && !(keeping->turn & 1) && *(volatile __u64 *)&keeping->place->id == id);
}

/* Takes the place for an owner that is about to be told. Not when somebody else does right now. */
static __always_inline bool takes_place(const struct tp_keeping *keeping) {
  if (!keeping->place || keeping->turn & 1) return false;
  return __sync_val_compare_and_swap(&keeping->place->turn, keeping->turn, keeping->turn + 1) == keeping->turn;
}

/* The owner was told, or found no room in the ring. */
static __always_inline void leave_place(const struct tp_keeping *keeping, __u64 id, bool is_told) {
  if (is_told) *(volatile __u64 *)&keeping->place->id = id;
  __sync_fetch_and_add(&keeping->place->turn, 1);
}

enum tp_emission {
  TP_NO_ROOM,
  TP_EMITTED,
  TP_NOT_KEPT, /* meanwhile another owner has the place of this one */
};

/* What stands before the row: all of the owner, or its id alone. */
enum tp_record_form { TP_WHOLE = sizeof(struct tp_packet), TP_BRIEF = sizeof(struct tp_brief) };

static __always_inline enum tp_emission emit_sized(struct __sk_buff *skb, const struct tp_view *seen,
                                                   const struct tp_scratch *scratch, const struct tp_want *want,
                                                   const struct tp_keeping *keeping, bool keeps, enum tp_record_form form,
                                                   __u32 capture) {
  __u32 row_bytes = 8 * tp_config.row_words;
  if (row_bytes > 8 * TP_ROW_WORDS_MAX) return TP_NO_ROOM;
  void *record = bpf_ringbuf_reserve(&tp_ring, form + row_bytes + capture, 0);
  if (!record) return TP_NO_ROOM;
  if (form == TP_BRIEF && keeping->place && sequence_of(&keeping->place->turn) != keeping->turn) {
    bpf_ringbuf_discard(record, 0);
    return TP_NOT_KEPT;
  }
  struct tp_packet *packet = record;
  __u32 length = skb->len < capture ? skb->len : capture;
  __u64 *out = record + form;
  void *bytes = record + form + row_bytes;
  length = some_of(length, capture);
  if (bpf_skb_load_bytes(skb, 0, bytes, length)) length = 0;
  packet->kind = form == TP_BRIEF ? TP_RECORD_BRIEF : TP_RECORD_PACKET;
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
  packet->flags = want->flags | seen->flags | (keeps ? TP_PACKET_KEEPS_OWNER : 0);
  packet->head = seen->head;
  packet->connection = seen->connection;
  packet->_reserved = 0;
  describe_buffer(packet, (void *)skb);
  TP_EACH_WORD(i) out[i] = scratch->row.words[i];
  if (form == TP_BRIEF)
    ((struct tp_brief *)record)->owner_id = scratch->who.id;
  else
    bpf_probe_read_kernel(&packet->owner, sizeof packet->owner, &scratch->owner);
  bpf_ringbuf_submit(record, 0);
  return TP_EMITTED;
}

/* Few records are whole, so they have fewer sizes: of each the verifier checks a copy of the code. */
#define WHOLE_CAPTURES(X) X(512) X(4096)

/* The smallest capture is taken that holds the packet, or what is needed of it. */
static __always_inline enum tp_emission emit_as(struct __sk_buff *skb, const struct tp_view *seen,
                                                const struct tp_scratch *scratch, const struct tp_want *want,
                                                const struct tp_keeping *keeping, bool keeps, enum tp_record_form form,
                                                __u32 needed) {
#define X(size) \
  if (needed <= size) return emit_sized(skb, seen, scratch, want, keeping, keeps, form, size);
  if (form == TP_BRIEF) {
    TP_CAPTURES(X)
  } else {
    WHOLE_CAPTURES(X)
  }
#undef X
  return emit_sized(skb, seen, scratch, want, keeping, keeps, form, TP_CAPTURE_MAX);
}

/*
 * Records `needed` bytes of a packet whose owner user space keeps. Not static, as the next one: so the verifier checks it once, and not again
 * with all that may have gone before.
 */
__noinline int emit_brief(struct __sk_buff *skb, struct tp_view *seen, __u32 scratch_number, struct tp_want *want, __u32 needed) {
  const struct tp_scratch *scratch = scratch_at(scratch_number);
  if (!seen || !want || !scratch) return TP_NO_ROOM;
  struct tp_keeping keeping = keeping_of(scratch->who.id);
  if (!is_kept(&keeping, scratch->who.id)) return TP_NOT_KEPT;
  if (!may_take(&scratch->row, TP_BRIEF + needed)) return TP_NO_ROOM;
  return emit_as(skb, seen, scratch, want, &keeping, false, TP_BRIEF, needed);
}

/*
 * Records `needed` bytes of a packet and all of its owner, who stands in the scratch. User space keeps that, unless somebody else takes the
 * place right now.
 */
__noinline int emit_whole(struct __sk_buff *skb, struct tp_view *seen, __u32 scratch_number, struct tp_want *want, __u32 needed) {
  const struct tp_scratch *scratch = scratch_at(scratch_number);
  if (!seen || !want || !scratch || !may_take(&scratch->row, TP_WHOLE + needed)) return TP_NO_ROOM;
  struct tp_keeping keeping = keeping_of(scratch->who.id);
  bool keeps = takes_place(&keeping);
  enum tp_emission emission = emit_as(skb, seen, scratch, want, &keeping, keeps, TP_WHOLE, needed);
  if (keeps) leave_place(&keeping, scratch->who.id, emission == TP_EMITTED);
  return emission;
}
