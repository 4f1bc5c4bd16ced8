// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

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

/* A moment at which answers are read: of what owner, and which. */
struct tp_moment {
  __u64 owner;
  __u32 answers;
};

static __always_inline __u32 answers_of(const struct tp_socket *socket) { return *(const volatile __u32 *)&socket->answering; }

/* Whether there are answers of a generation that can be read now. */
static __always_inline bool begin_recall(struct tp_moment *moment, const struct tp_socket *socket, __u32 generation) {
  moment->owner = sequence_of(&socket->sequence);
  moment->answers = answers_of(socket);
  NO_REORDERING();
  return !(moment->owner & 1) && !(moment->answers & 1) && *(const volatile __u32 *)&socket->generation == generation;
}

/* Whether what was read since then was so at one moment. */
static __always_inline bool end_recall(const struct tp_moment *moment, const struct tp_socket *socket) {
  NO_REORDERING();
  return sequence_of(&socket->sequence) == moment->owner && answers_of(socket) == moment->answers;
}

/*
 * Whether no rule wants a packet that was not even looked at: none has the owner of the socket in scope, or none wants packets of the
 * only flow that a connection has.
 */
static __always_inline bool refuses_all(const struct tp_socket *socket, struct bpf_sock *sock, __u32 generation,
                                        enum tp_direction direction) {
  struct tp_moment moment;
  if (!begin_recall(&moment, socket, generation)) return false;
  bool is_connected = sock->state == TCP_ESTABLISHED && sock->protocol == IPPROTO_TCP;
  if (socket->scope != TP_REFUSED && (!is_connected || socket->answers[direction] < TP_REFUSED)) return false;
  return end_recall(&moment, socket);
}

/* Whether no rule wants a packet, as far as that is known without asking the tables. */
static __always_inline bool refuses(const struct tp_socket *socket, const struct tp_view *view, __u32 generation,
                                    enum tp_direction direction) {
  struct tp_moment moment;
  if (!begin_recall(&moment, socket, generation)) return false;
  return socket->answers[direction] >= TP_REFUSED && is_flow(socket, view, direction) && end_recall(&moment, socket);
}

/* Fills `row` with the rules that want the packet of an owner, if they are kept. */
static __always_inline bool recall_row(__u64 *row, const struct tp_socket *socket, const struct tp_view *view, __u64 owner,
                                       __u32 generation, enum tp_direction direction) {
  struct tp_moment moment;
  if (!begin_recall(&moment, socket, generation) || moment.owner != owner) return false;
  __u8 answer = socket->answers[direction];
  bool is_kept = answer == TP_FOLLOWED || (answer == TP_WANTED && keeps_rows());
  if (!is_kept || !is_flow(socket, view, direction)) return false;
  TP_EACH_WORD(i) row[i] = answer == TP_WANTED ? socket->wanted_by[direction] : 0;
  return end_recall(&moment, socket);
}

/* Fills `row` with the rules that have an owner in scope, if they are kept. */
static __always_inline bool recall_scope(__u64 *row, const struct tp_socket *socket, __u64 owner, __u32 generation) {
  struct tp_moment moment;
  if (!begin_recall(&moment, socket, generation) || moment.owner != owner) return false;
  if (socket->scope == TP_UNASKED || (socket->scope == TP_WANTED && !keeps_rows())) return false;
  TP_EACH_WORD(i) row[i] = keeps_rows() ? socket->scope_row : 0;
  return end_recall(&moment, socket);
}

/* Forgets all answers: a socket that listens has no flow, and what it accepts gets a copy of what is kept with it. */
static __always_inline void forget_answers(struct tp_socket *socket) { *(volatile __u32 *)&socket->generation = 0; }

/* What the tables answered about a packet and its owner. */
struct tp_answers {
  enum tp_answer scope; /* TP_UNASKED: it was not asked, or is kept already */
  enum tp_answer flow;
};

/* Keeps answers about an owner, unless the socket has another one by now, or somebody keeps others right now. */
static __always_inline void keep_answers(struct tp_socket *socket, const struct tp_scratch *scratch, const struct tp_view *view,
                                         const struct tp_answers *answers, __u64 owner, __u32 generation,
                                         enum tp_direction direction) {
  __u32 seen = answers_of(socket);
  if (sequence_of(&socket->sequence) != owner || seen & 1) return;
  if (__sync_val_compare_and_swap(&socket->answering, seen, seen + 1) != seen) return;
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
  /* A new owner takes the sequence and then forgets the answers: it does so after this, or is seen here, before anybody may read them. */
  __sync_val_compare_and_swap(&socket->answering, seen + 1, seen + 1);
  if (sequence_of(&socket->sequence) != owner) forget_answers(socket);
  __sync_fetch_and_add(&socket->answering, 1);
}
