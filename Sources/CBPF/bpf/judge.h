// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/* The judgement of a packet: whose it is, which rules want it, and what becomes of it. */
#pragma once

enum tp_outcome {
  TP_UNWANTED,
  TP_SUBMITTED,
  TP_FULL,
};

/* A packet's socket, as a program has it: of a subflow of MPTCP the one of messages that it belongs to. */
struct tp_place {
  struct bpf_sock *sock; /* NULL: the packet has none */
  struct mptcp_sock *messages;
  struct tp_socket *socket; /* what is kept with it, NULL: nothing */
};

static __always_inline struct tp_socket *make_socket(const struct tp_place *place) {
  struct tp_socket *socket =
    place->messages ? bpf_sk_storage_get(&tp_sockets, place->messages, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE)
                    : bpf_sk_storage_get(&tp_sockets, place->sock, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (!socket) count_failure(TP_FAILED_SOCKET);
  return socket;
}

/* A connection is accepted by a subflow: who did owns the socket of messages. */
static __noinline void give_to_messages(struct tp_scratch *scratch, struct tp_place *place) {
  struct tp_socket *subflow = bpf_sk_storage_get(&tp_sockets, place->sock, NULL, 0);
  if (!subflow) return;
  copy_owner(&scratch->who, subflow);
  if (!scratch->who.id) return;
  if (!place->socket) place->socket = make_socket(place);
  if (place->socket && own(place->socket, scratch) != NO_SEQUENCE) bpf_sk_storage_delete(&tp_sockets, place->sock);
}

static __always_inline void find_socket(struct tp_scratch *scratch, struct tp_place *place, struct __sk_buff *skb) {
  place->sock = socket_of(skb);
  place->messages = place->sock ? message_socket(place->sock) : NULL;
  place->socket = NULL;
  if (place->messages) {
    place->socket = bpf_sk_storage_get(&tp_sockets, place->messages, NULL, 0);
    give_to_messages(scratch, place);
  } else if (place->sock) {
    place->socket = bpf_sk_storage_get(&tp_sockets, place->sock, NULL, 0);
  }
}

enum tp_sender {
  TP_NO_SENDER,     /* the kernel sends by itself, or nobody who can be known by it */
  TP_CURRENT_SENDS, /* the current task */
  TP_LEADER_SENDS,  /* it works for the leader of its process */
};

/* Who sends a packet that leaves. Not static, as those that follow: so the verifier checks it once. */
__noinline int find_sender(struct __sk_buff *skb, __u32 scratch_number) {
  struct task_struct *task = bpf_get_current_task_btf(), *subject = subject_of(task);
  struct tp_scratch *scratch = scratch_at(scratch_number);
  struct bpf_sock *sock = socket_of(skb);
  if (!sock || !scratch || !is_sender(sock, subject, scratch)) return TP_NO_SENDER;
  return subject == task ? TP_CURRENT_SENDS : TP_LEADER_SENDS;
}

/* Whether the sender of a packet may become the owner of its socket, which is none of messages. */
__noinline int may_own(struct __sk_buff *skb, __u32 scratch_number) {
  struct tp_scratch *scratch = scratch_at(scratch_number);
  struct bpf_sock *sock = socket_of(skb);
  if (!sock || !scratch || is_of_kernel(readable(sock, scratch))) return false;
  return sock->type == SOCK_STREAM || !gives_verdicts(bpf_get_current_task_btf());
}

/* Notes the system call that sends a packet. */
__noinline int note_call(struct tp_want *want) {
  struct task_struct *task = bpf_get_current_task_btf();
  if (!want) return 0;
  want->system_call = system_call_of(task);
  if (TP_IS_COMPAT(task)) want->flags |= TP_PACKET_COMPAT;
  return 0;
}

/*
 * Fills `scratch->who` with the owner of a packet: of one that leaves whoever sends it, who owns the socket from then on; else whoever
 * owns the socket. An id of 0 is nobody's. Returns the socket's sequence with that owner.
 */
static __noinline __u64 find_owner(struct __sk_buff *skb, struct tp_scratch *scratch, struct tp_place *place,
                                   struct tp_want *want) {
  struct tp_identity *who = &scratch->who;
  __u64 sequence = NO_SEQUENCE;
  who->id = 0;
  if (place->socket) sequence = copy_owner(who, place->socket);
  if (want->direction != TP_EGRESS) return sequence;
  int sender = find_sender(skb, scratch->number);
  if (sender == TP_NO_SENDER) return sequence;
  bool of_leader = sender == TP_LEADER_SENDS, is_described = !of_leader && sequence != NO_SEQUENCE && sequence == want->described;
  bool is_owner = who->id && (is_described || describes(who, of_leader));
  if (!is_owner && !place->messages && !may_own(skb, scratch->number)) return sequence;
  note_call(want);
  if (is_owner) return sequence;
  if (!place->socket) place->socket = make_socket(place);
  return take_over(place->socket, scratch, of_leader, net_namespace_of(readable(place->sock, scratch)));
}

/* Makes the sender of a packet its socket's owner. */
__noinline int follow_sender(struct __sk_buff *skb) {
  struct tp_want want = {.direction = TP_EGRESS, .described = NO_SEQUENCE};
  struct tp_place place;
  struct tp_scratch *scratch = claim_scratch();
  if (!scratch) {
    count_failure(TP_FAILED_OWNER);
    return 0;
  }
  find_socket(scratch, &place, skb);
  if (place.sock) find_owner(skb, scratch, &place, &want);
  release_scratch(scratch);
  return 0;
}

/* Writes all that is known of the owner to `scratch->owner`. */
static __always_inline void describe_found(struct tp_scratch *scratch) {
  if (scratch->who.id)
    describe_owner(&scratch->owner, &scratch->who);
  else
    __builtin_memset(&scratch->owner, 0, sizeof scratch->owner);
}

/* Keeps of `scratch->row` the rules that have the owner in scope. */
static __always_inline enum tp_answer keep_scope(struct tp_scratch *scratch, const struct tp_socket *socket, __u64 sequence,
                                                 __u32 generation) {
  enum tp_answer answer = TP_UNASKED;
  if (!socket || !recall_scope(scratch->scope.words, socket, sequence, generation)) {
    describe_found(scratch);
    ask_scope(scratch->number, generation);
    answer = is_empty(scratch->scope.words) ? TP_REFUSED : TP_WANTED;
  }
  TP_EACH_WORD(i) scratch->row.words[i] &= scratch->scope.words[i];
  return answer;
}

/* Prepares a listening socket's packet: nothing that was answered is kept with it, and who accepted last owns it. */
static __noinline void prepare_listener(struct tp_scratch *scratch, struct tp_place *place) {
  forget_answers(place->socket);
  if (!tp_config.accepts_by_name) return;
  __u64 *origin = place->messages ? bpf_sk_storage_get(&tp_origins, place->messages, NULL, 0)
                                  : bpf_sk_storage_get(&tp_origins, place->sock, NULL, 0);
  follow_accepter(scratch, origin, place->socket);
}

/*
 * Whether a rule may want the packet, whose rules are in `scratch->row` then, and whose owner is in `scratch->who`; or the packet is only
 * to be followed, and the row is empty.
 */
static __always_inline bool may_want(struct tp_scratch *scratch, struct __sk_buff *skb, struct tp_view *seen,
                                     struct tp_want *want) {
  struct tp_place place;
  struct tp_answers answers = {};
  __u64 *row = scratch->row.words;
  __u32 generation = want->generation, direction = want->direction & 1;
  find_socket(scratch, &place, skb);
  bool is_listening = place.sock && place.sock->state == TCP_LISTEN;
  bool keeps = place.socket && !place.messages && !is_listening;
  if (place.socket && is_listening) prepare_listener(scratch, &place);
  scratch->who.id = 0;
  __u64 sequence = place.sock ? find_owner(skb, scratch, &place, want) : NO_SEQUENCE;
  bool is_known = keeps && recall_row(row, place.socket, seen, sequence, generation, direction);
  if (is_known && (!is_empty(row) || !is_needless(place.sock, direction))) return true;
  bool is_wanted = !is_known && ask_flow(&scratch->row, seen, generation, direction);
  if (is_known) {
    answers.flow = TP_REFUSED;
  } else if (!is_wanted && !ask_other(scratch->number, seen, generation, direction)) {
    answers.flow = TP_NOBODYS;
  } else {
    answers.scope = keep_scope(scratch, keeps ? place.socket : NULL, sequence, generation);
    answers.flow = is_empty(row) ? TP_REFUSED : is_wanted ? TP_WANTED : TP_FOLLOWED;
    /* The rules that have the owner in scope may want none of this direction, and yet some of the other. */
    if (is_wanted && is_empty(row) && ask_other(scratch->number, seen, generation, direction)) {
      TP_EACH_WORD(i) row[i] &= scratch->scope.words[i];
      if (!is_empty(row)) answers.flow = TP_FOLLOWED;
    }
  }
  if (answers.flow != TP_WANTED) clear(row);
  if (keeps && sequence != NO_SEQUENCE)
    keep_answers(place.socket, scratch, seen, &answers, sequence, generation, direction);
  return answers.flow == TP_WANTED || answers.flow == TP_FOLLOWED;
}

/* What becomes of a packet that some rule may want. */
static __always_inline enum tp_outcome judge(struct __sk_buff *skb, struct tp_scratch *scratch) {
  struct tp_view *seen = &scratch->seen;
  struct tp_want *want = &scratch->want;
  __u32 generation = want->generation, direction = want->direction, needed = 0;
  if (may_want(scratch, skb, seen, want)) needed = ask_packet(scratch->number, skb, seen, generation, direction);
  if (!needed) return TP_UNWANTED;
  if (skb->len < needed) needed = skb->len;
  int emission = emit_brief(skb, seen, scratch->number, want, needed);
  if (emission == TP_NOT_KEPT) {
    describe_found(scratch);
    emission = emit_whole(skb, seen, scratch->number, want, needed);
  }
  if (emission == TP_EMITTED) return TP_SUBMITTED;
  count_losses(scratch->row.words, generation);
  return TP_FULL;
}

/* Has the program that judges packets go on with one, and does not return when it does. */
static __always_inline void pass_on(struct __sk_buff *skb, const struct tp_view *seen, __u32 generation,
                                    enum tp_direction direction, __u64 described) {
  struct tp_scratch *scratch = claim_scratch();
  if (scratch) {
    scratch->seen = *seen;
    scratch->want =
      (struct tp_want){.generation = generation, .direction = direction, .system_call = -1, .described = described};
    skb->cb[0] = scratch->number;
    bpf_tail_call(skb, &tp_judges, 0);
    release_scratch(scratch);
  }
  count_failure(TP_FAILED_OWNER);
}

static __always_inline void count_hidden(struct tp_counters *counters, __u32 hiding) {
  /* Or the check would be of another register than the one that is used. */
  barrier_var(hiding);
  if (hiding < TP_HIDINGS) count(&counters->hidden[hiding]);
}
