/*
 * What is kept with a socket of a plan's answers: which rules have its owner in scope, and which want the packets of its last flow.
 * As long as both stay, a packet that no rule wants costs a comparison.
 */
#pragma once

/* Whether rows are short enough to be kept. */
static __always_inline bool keeps_rows(void) { return tp_config.row_words == 1; }

static __always_inline const __u64 *address_of(const struct tp_address_key *key) { return (const void *)key->address; }

/* Whether a packet is one of the flow that is kept. Its local end is the source of what leaves. */
static __always_inline bool is_flow(const struct tp_socket *socket, const struct tp_view *view, enum tp_direction direction) {
  const __u64 *local = address_of(direction == TP_EGRESS ? &view->source : &view->destination);
  const __u64 *remote = address_of(direction == TP_EGRESS ? &view->destination : &view->source);
  __u16 local_port = direction == TP_EGRESS ? view->source_port : view->destination_port;
  __u16 remote_port = direction == TP_EGRESS ? view->destination_port : view->source_port;
  return socket->remote[1] == remote[1] && socket->local[1] == local[1] && socket->remote_port == remote_port &&
         socket->local_port == local_port && socket->shape == view->shape && socket->remote[0] == remote[0] &&
         socket->local[0] == local[0];
}

static __always_inline void write_flow(struct tp_socket *socket, const struct tp_view *view, enum tp_direction direction) {
  const __u64 *local = address_of(direction == TP_EGRESS ? &view->source : &view->destination);
  const __u64 *remote = address_of(direction == TP_EGRESS ? &view->destination : &view->source);
  socket->local[0] = local[0];
  socket->local[1] = local[1];
  socket->remote[0] = remote[0];
  socket->remote[1] = remote[1];
  socket->local_port = direction == TP_EGRESS ? view->source_port : view->destination_port;
  socket->remote_port = direction == TP_EGRESS ? view->destination_port : view->source_port;
  socket->shape = view->shape;
}

/* The sequence of a socket whose answers are of this generation; 1, which is none, when they are not. */
static __always_inline __u64 begin_recall(const struct tp_socket *socket, __u32 generation) {
  __u64 sequence = sequence_of(&socket->sequence);
  return *(const volatile __u32 *)&socket->generation == generation ? sequence | (sequence & 1) : 1;
}

/* Whether what was read since then was so at one moment. */
static __always_inline bool end_recall(const struct tp_socket *socket, __u64 sequence) {
  NO_REORDERING();
  return !(sequence & 1) && sequence_of(&socket->sequence) == sequence;
}

/* Whether no rule has the owner of the socket in scope, whatever the packet. */
static __always_inline bool refuses_all(const struct tp_socket *socket, struct bpf_sock *sock, __u32 generation,
                                        enum tp_direction direction) {
  __u64 sequence = begin_recall(socket, generation);
  if (socket->scope != TP_REFUSED) return false;
  if (direction == TP_EGRESS && !is_sent_by_owner(socket, sock)) return false;
  return end_recall(socket, sequence);
}

/* Whether no rule wants the packet, as far as that is known without asking the tables. */
static __always_inline bool refuses(const struct tp_socket *socket, struct bpf_sock *sock, const struct tp_view *view,
                                    __u32 generation, enum tp_direction direction) {
  __u64 sequence = begin_recall(socket, generation);
  __u8 answer = socket->answers[direction];
  if (answer < TP_REFUSED || !is_flow(socket, view, direction)) return false;
  if (answer == TP_REFUSED && direction == TP_EGRESS && !is_sent_by_owner(socket, sock)) return false;
  return end_recall(socket, sequence);
}

/* Fills `row` with the rules that want the packet, if they are kept; `sequence` is the one that the owner was read with. */
static __always_inline bool recall_row(__u64 *row, const struct tp_socket *socket, const struct tp_view *view, __u64 sequence,
                                       __u32 generation, enum tp_direction direction) {
  if (!keeps_rows() || begin_recall(socket, generation) != sequence) return false;
  if (socket->answers[direction] != TP_WANTED || !is_flow(socket, view, direction)) return false;
  row[0] = socket->wanted_by[direction];
  return end_recall(socket, sequence);
}

/* Fills `row` with the rules that have the owner in scope, if they are kept. */
static __always_inline bool recall_scope(__u64 *row, const struct tp_socket *socket, __u64 sequence, __u32 generation) {
  if (begin_recall(socket, generation) != sequence) return false;
  if (socket->scope == TP_UNASKED || (socket->scope == TP_WANTED && !keeps_rows())) return false;
  TP_EACH_WORD(i) row[i] = keeps_rows() ? socket->scope_row : 0;
  return end_recall(socket, sequence);
}

/* What the tables answered about a packet and its owner. */
struct tp_answers {
  enum tp_answer scope; /* TP_UNASKED: it was not asked, or is kept already */
  enum tp_answer flow;
};

/* Keeps answers, unless the socket got another owner since the sequence was `seen`, or somebody writes right now. */
static __always_inline void keep_answers(struct tp_socket *socket, const struct tp_scratch *scratch, const struct tp_view *view,
                                         const struct tp_answers *answers, __u64 seen, __u32 generation,
                                         enum tp_direction direction) {
  if (!begin_write(&socket->sequence, seen)) return;
  if (socket->generation != generation) {
    socket->scope = TP_UNASKED;
    socket->answers[TP_INGRESS] = socket->answers[TP_EGRESS] = TP_UNASKED;
    *(volatile __u32 *)&socket->generation = generation;
  }
  if (answers->scope != TP_UNASKED) {
    socket->scope = answers->scope;
    socket->scope_row = scratch->scope.words[0];
  }
  if (!is_flow(socket, view, direction)) {
    socket->answers[TP_INGRESS] = socket->answers[TP_EGRESS] = TP_UNASKED;
    write_flow(socket, view, direction);
  }
  socket->answers[direction] = answers->flow;
  socket->wanted_by[direction] = scratch->row.words[0];
  end_write(&socket->sequence);
}
