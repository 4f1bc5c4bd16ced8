/* Flows: the answers of the tables of addresses and ports, kept with the socket. */
#pragma once

static __always_inline bool is_flow(const struct tp_flow *flow, const struct tp_view *view) {
  const __u64 *key = (const void *)view;
  for (__u32 i = 0; i < TP_FLOW_WORDS; i++)
    if (flow->key[i] != key[i]) return false;
  return true;
}

/* What is kept of a packet's flow, as it was at one moment. */
struct tp_flow_answer {
  bool is_known;
  bool is_wanted;
  __u64 sequence;
  __u64 refused_owner;
};

/* Looks whether the answer is kept. As long as the same flow goes on through a socket, this replaces all look-ups. */
static __always_inline void recall_flow(struct tp_flow_answer *answer, const struct tp_flow *flow,
                                        const struct tp_view *view, __u32 generation) {
  answer->is_known = false;
  if (!flow) return;
  __u64 sequence = sequence_of(&flow->sequence);
  if (sequence & 1 || flow->generation != generation || !is_flow(flow, view)) return;
  answer->is_wanted = flow->is_wanted;
  answer->refused_owner = flow->refused_owner;
  answer->sequence = sequence;
  answer->is_known = sequence_of(&flow->sequence) == sequence;
}

/* Fills `row` with what is kept. False when that is another flow by now. */
static __always_inline bool recall_row(__u64 *row, const struct tp_flow *flow, const struct tp_flow_answer *answer) {
  if (!flow || !answer->is_known) return false;
  TP_EACH_WORD(i) row[i] = flow->row.words[i];
  return sequence_of(&flow->sequence) == answer->sequence;
}

/* Fills `row` with the rules that want packets of this flow, says whether there are any, and keeps the answer. */
__noinline int ask_flow(struct tp_row *answer, struct tp_view *view, struct tp_flow *flow, __u32 generation,
                        __u32 direction) {
  struct tp_tables tables;
  if (!answer || !view || !tables_of(generation, &tables)) return false;
  __u64 *row = answer->words;
  TP_EACH_WORD(i) row[i] = ~0ULL;
  bool is_wanted = keep_flow(row, &tables, view, direction & 1);
  if (!flow || !begin_write(&flow->sequence, sequence_of(&flow->sequence))) return is_wanted;
  const __u64 *key = (const void *)view;
  flow->generation = generation;
  for (__u32 i = 0; i < TP_FLOW_WORDS; i++) flow->key[i] = key[i];
  flow->refused_owner = 0;
  flow->is_wanted = is_wanted;
  TP_EACH_WORD(i) flow->row.words[i] = row[i];
  end_write(&flow->sequence);
  return is_wanted;
}

/* Notes that no rule of the flow has this owner in scope, unless the flow is another one by now. */
static __always_inline void refuse_owner(struct tp_flow *flow, const struct tp_flow_answer *answer, __u64 owner) {
  if (!flow || !answer->is_known || !begin_write(&flow->sequence, answer->sequence)) return;
  flow->refused_owner = owner;
  end_write(&flow->sequence);
}
