// SPDX-License-Identifier: Apache-2.0

/* A program of root's that is asked about each packet of a queue of netfilter, and lets all of them go. */
#include "owner_cases.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* One message to a queue, with one attribute. */
struct message {
  struct nlmsghdr head;
  struct nfgenmsg family;
  struct nlattr attribute;
  union {
    struct nfqnl_msg_config_cmd command;
    struct nfqnl_msg_config_params parameters;
    struct nfqnl_msg_verdict_hdr verdict;
  };
};

static void tell(int held, int kind, int flags, int queue, int attribute, struct message *message, size_t length) {
  message->attribute.nla_len = sizeof message->attribute + length;
  message->attribute.nla_type = attribute;
  message->head.nlmsg_len =
    offsetof(struct message, attribute) + NLA_ALIGN(message->attribute.nla_len);
  message->head.nlmsg_type = NFNL_SUBSYS_QUEUE << 8 | kind;
  message->head.nlmsg_flags = NLM_F_REQUEST | flags;
  message->family = (struct nfgenmsg){.nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0, .res_id = htons(queue)};
  must(send(held, message, message->head.nlmsg_len, 0), "netlink");
  if (!(flags & NLM_F_ACK)) return;
  struct {
    struct nlmsghdr head;
    struct nlmsgerr error;
    char rest[256];
  } answer;
  must(recv(held, &answer, sizeof answer, 0), "netlink");
  if (answer.head.nlmsg_type == NLMSG_ERROR && answer.error.error) {
    errno = -answer.error.error;
    must(-1, "queue of netfilter");
  }
}

/* The number that the kernel gave a packet, in network byte order; 0 when the message has none. */
static unsigned packet_of(const char *message, long length) {
  long place = NLMSG_HDRLEN + sizeof(struct nfgenmsg);
  while (place + (long)sizeof(struct nlattr) <= length) {
    const struct nlattr *attribute = (const void *)(message + place);
    if (attribute->nla_len < sizeof *attribute) return 0;
    if ((attribute->nla_type & NLA_TYPE_MASK) == NFQA_PACKET_HDR)
      return ((const struct nfqnl_msg_packet_hdr *)(attribute + 1))->packet_id;
    place += NLA_ALIGN(attribute->nla_len);
  }
  return 0;
}

int give_verdicts(int count, char **words) {
  (void)count;
  int queue = atoi(words[0]);
  static char bytes[1 << 16] __attribute__((aligned(8)));
  become("judge", 0);
  int held = must(socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER), "socket");
  struct message bind = {.command = {.command = NFQNL_CFG_CMD_BIND}};
  tell(held, NFQNL_MSG_CONFIG, NLM_F_ACK, queue, NFQA_CFG_CMD, &bind, sizeof bind.command);
  struct message copy = {.parameters = {.copy_mode = NFQNL_COPY_META}};
  tell(held, NFQNL_MSG_CONFIG, NLM_F_ACK, queue, NFQA_CFG_PARAMS, &copy, sizeof copy.parameters);
  say("judging");
  for (;;) {
    long length = must(recv(held, bytes, sizeof bytes, 0), "recv");
    unsigned packet = packet_of(bytes, length);
    if (packet == 0) continue;
    struct message verdict = {.verdict = {.verdict = htonl(NF_ACCEPT), .id = packet}};
    tell(held, NFQNL_MSG_VERDICT, 0, queue, NFQA_VERDICT_HDR, &verdict, sizeof verdict.verdict);
  }
}
