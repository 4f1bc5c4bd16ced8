/* Who may have the last of the ring: what floods it leaves room for the rest. */
#pragma once

/* The packets that the same rules want have a share together. */
static __always_inline struct tp_share *share_of(const struct tp_row *row) {
  __u64 sum = 0;
  TP_EACH_WORD(i) sum = (sum ^ row->words[i]) * 0x9e3779b97f4a7c15ULL;
  __u32 place = sum >> 32 & (TP_SHARES - 1);
  return bpf_map_lookup_elem(&tp_shares, &place);
}

/*
 * Whether a record of `size` bytes may be put into the ring. From half full on, a row may have taken four times what is still
 * free, since the ring was written half round or up to a whole one: the fuller it is, the less may those have that took most. One
 * flood leaves a tenth of the ring to all others. Counts can be a little off when several processors change them at once, and
 * nothing depends on that.
 */
static __always_inline bool may_take(const struct tp_row *row, __u32 size) {
  __u32 ring = tp_config.ring_bytes;
  __u64 taken = bpf_ringbuf_query(&tp_ring, BPF_RB_AVAIL_DATA);
  if (taken < ring / 2) return true;
  struct tp_share *share = share_of(row);
  if (!share) return true;
  __u64 round = bpf_ringbuf_query(&tp_ring, BPF_RB_PROD_POS) / (ring / 2);
  if (share->round != round) {
    share->before = share->round + 1 == round ? share->bytes : 0;
    share->round = round;
    share->bytes = 0;
  }
  __u64 left = taken < ring ? ring - taken : 0;
  if (share->before + share->bytes >= 4 * left) return false;
  __sync_fetch_and_add(&share->bytes, size);
  return true;
}
