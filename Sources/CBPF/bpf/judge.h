/* The judgement of a packet: whose it is, which rules want it, and what becomes of it. */
#pragma once

enum tp_outcome {
  TP_UNWANTED,
  TP_SUBMITTED,
  TP_FULL,
};

/* A sequence that none has that an owner was read with: nothing is kept with it. */
#define NO_SEQUENCE 1

/* A packet's socket, as a program has it: of a subflow of MPTCP the one of messages that it belongs to. */
struct tp_place {
  struct bpf_sock *sock; /* NULL: the packet has none */
  struct mptcp_sock *messages;
  struct tp_socket *socket; /* what is kept with it, NULL: nothing */
};

static __always_inline void find_socket(struct tp_place *place, struct __sk_buff *skb) {
  place->sock = socket_of(skb);
  place->messages = place->sock ? message_socket(place->sock) : NULL;
  place->socket = place->messages ? bpf_sk_storage_get(&tp_sockets, place->messages, NULL, 0) : NULL;
  if (!place->socket && place->sock) place->socket = bpf_sk_storage_get(&tp_sockets, place->sock, NULL, 0);
}

static __always_inline struct tp_socket *make_socket(const struct tp_place *place) {
  struct tp_socket *socket =
    place->messages ? bpf_sk_storage_get(&tp_sockets, place->messages, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE)
                    : bpf_sk_storage_get(&tp_sockets, place->sock, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (!socket) count_failure(TP_FAILED_SOCKET);
  return socket;
}

/*
 * Fills `scratch->who` with the owner of a packet: of one that leaves whoever sends it, who owns the socket from then on; else whoever
 * owns the socket. Returns the socket's sequence with that owner.
 */
static __noinline __u64 find_owner(struct tp_scratch *scratch, struct tp_place *place, struct tp_want *want) {
  struct tp_identity *who = &scratch->who;
  __u64 sequence = place->socket ? copy_owner(who, place->socket) : 0;
  struct bpf_sock *sock = place->sock;
  if (want->direction == TP_EGRESS && sock) {
    struct task_struct *task = bpf_get_current_task_btf(), *subject = subject_of(task);
    bool is_owner = sequence && subject && describes(who, subject);
    if (is_sender(sock, subject, scratch) && (is_owner || place->messages || !is_of_kernel(readable(sock, scratch)))) {
      want->system_call = system_call_of(task);
      if (TP_IS_COMPAT(task)) want->flags |= TP_PACKET_COMPAT;
      if (is_owner) return sequence;
      identify(scratch, subject, net_namespace_of(readable(sock, scratch)));
      if (!place->socket) place->socket = make_socket(place);
      sequence = place->socket ? own(place->socket, who) : 0;
      return sequence ? sequence : NO_SEQUENCE;
    }
  }
  if (sequence) return sequence;
  __builtin_memset(who, 0, sizeof *who);
  return NO_SEQUENCE;
}

/* Makes the sender of a packet its socket's owner. */
__noinline int follow_sender(struct __sk_buff *skb) {
  struct tp_want want = {.direction = TP_EGRESS};
  struct tp_place place;
  struct tp_scratch *scratch = scratch_at(claim_scratch());
  if (!scratch) {
    count_failure(TP_FAILED_OWNER);
    return 0;
  }
  find_socket(&place, skb);
  find_owner(scratch, &place, &want);
  release_scratch(scratch);
  return 0;
}

/* Keeps of `scratch->row` the rules that have the owner in scope. */
static __always_inline enum tp_answer keep_scope(struct tp_scratch *scratch, __u32 number, const struct tp_socket *socket,
                                                 __u64 sequence, __u32 generation) {
  enum tp_answer answer = TP_UNASKED;
  if (!socket || !recall_scope(scratch->scope.words, socket, sequence, generation)) {
    describe_owner(&scratch->owner, &scratch->who);
    ask_scope(number, generation);
    answer = is_empty(scratch->scope.words) ? TP_REFUSED : TP_WANTED;
  }
  TP_EACH_WORD(i) scratch->row.words[i] &= scratch->scope.words[i];
  return answer;
}

/* Whether a rule may want the packet, whose rules are in `scratch->row` then, and whose owner is in `scratch->who`. */
static __always_inline bool may_want(struct tp_scratch *scratch, __u32 number, struct __sk_buff *skb, struct tp_view *seen,
                                     struct tp_want *want) {
  struct tp_place place;
  struct tp_answers answers = {};
  __u64 *row = scratch->row.words;
  __u32 generation = want->generation, direction = want->direction;
  find_socket(&place, skb);
  bool is_listening = place.sock && place.sock->state == TCP_LISTEN;
  bool keeps = place.socket && !place.messages && !(is_listening && tp_config.accepts_by_name);
  if (place.socket && is_listening && tp_config.accepts_by_name) follow_accepter(place.sock, place.socket);

  bool is_known = keeps && place.socket->answers[direction & 1] == TP_WANTED;
  if (!is_known && !ask_flow(&scratch->row, seen, generation, direction)) {
    answers.flow = TP_NOBODYS;
    if (keeps) keep_answers(place.socket, scratch, seen, &answers, sequence_of(&place.socket->sequence), generation, direction);
    return false;
  }
  __u64 sequence = find_owner(scratch, &place, want);
  if (is_known && recall_row(row, place.socket, seen, sequence, generation, direction)) return true;
  if (is_known && !ask_flow(&scratch->row, seen, generation, direction)) return false;
  answers.scope = keep_scope(scratch, number, keeps ? place.socket : NULL, sequence, generation);
  answers.flow = is_empty(row) ? TP_REFUSED : TP_WANTED;
  if (keeps) keep_answers(place.socket, scratch, seen, &answers, sequence, generation, direction);
  return answers.flow == TP_WANTED;
}

/* What becomes of a packet that some rule may want. Not static: so the verifier checks it once for both directions. */
__noinline int judge(struct __sk_buff *skb, struct tp_view *seen, __u32 generation, __u32 direction) {
  struct tp_want want = {.generation = generation, .direction = direction & 1, .system_call = -1};
  __u32 number = claim_scratch();
  struct tp_scratch *scratch = scratch_at(number);
  if (!seen || !scratch) {
    count_failure(TP_FAILED_OWNER);
    return TP_UNWANTED;
  }
  int outcome = TP_UNWANTED;
  if (may_want(scratch, number, skb, seen, &want))
    want.needed = ask_packet(&scratch->row, skb, seen, generation, direction);
  if (want.needed) {
    if (scratch->who.id)
      describe_owner(&scratch->owner, &scratch->who);
    else
      __builtin_memset(&scratch->owner, 0, sizeof scratch->owner);
    outcome = emit(skb, seen, number, &want) ? TP_SUBMITTED : TP_FULL;
    if (outcome == TP_FULL) count_losses(scratch->row.words, generation);
  }
  release_scratch(scratch);
  return outcome;
}

static __always_inline void count_hidden(struct tp_counters *counters, __u32 hiding) {
  /* Or the check would be of another register than the one that is used. */
  barrier_var(hiding);
  if (hiding < TP_HIDINGS) count(&counters->hidden[hiding]);
}
