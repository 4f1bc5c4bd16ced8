/* Sockets that are not where their process is, or have no memory left to keep anything with. */
#include "owner_cases.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A question of DNS, of 17 bytes, which is reported with its interface. */
static const char question[] = "\0\1\1\0\0\1\0\0\0\0\0\0\0\0\1\0\1";

/* Makes a socket, enters another network namespace, and then sends. */
int leave_namespace(int count, char **words) {
  (void)count;
  become("leaver", 0);
  int held = connected(SOCK_DGRAM, words[0], words[1]);
  if (strcmp(words[2], "new") == 0)
    must(unshare(CLONE_NEWNET), "unshare");
  else
    must(setns(must(open(words[2], O_RDONLY), "open"), CLONE_NEWNET), "setns");
  for (int i = 0; i < 2; i++) must(send(held, question, sizeof question - 1, 0), "send");
  return 0;
}

/* Joins groups until the memory for a socket's options is full; says how many they were. */
static int fill(int held) {
  struct ipv6_mreq group = {.ipv6mr_interface = 0};
  must(inet_pton(AF_INET6, "ff15::", &group.ipv6mr_multiaddr), "inet_pton");
  for (int joined = 0;; joined++) {
    group.ipv6mr_multiaddr.s6_addr[14] = joined >> 8;
    group.ipv6mr_multiaddr.s6_addr[15] = joined;
    if (setsockopt(held, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &group, sizeof group) == 0) continue;
    if (errno != ENOMEM && errno != ENOBUFS) must(-1, "IPV6_ADD_MEMBERSHIP");
    return joined;
  }
}

/* Sockets of UDP and TCP without memory for anything, that send when they are told to: an HTTP request in two segments. */
int fill_option_memory(int count, char **words) {
  (void)count;
  struct sockaddr_in6 peer = {.sin6_family = AF_INET6, .sin6_port = htons(atoi(words[1]))};
  const char *parts[2] = {"GET /full HTTP/1.1\r\n", "Host: here\r\n\r\n"};
  must(inet_pton(AF_INET6, words[0], &peer.sin6_addr) == 1 ? 0 : -1, "inet_pton");
  become("filler", USER_A);
  int datagrams = must(socket(AF_INET6, SOCK_DGRAM, 0), "socket");
  int stream = must(socket(AF_INET6, SOCK_STREAM, 0), "socket");
  must(connect(datagrams, (struct sockaddr *)&peer, sizeof peer), "connect");
  must(connect(stream, (struct sockaddr *)&peer, sizeof peer), "connect");
  int joined = fill(datagrams);
  say("full %d", joined + fill(stream));
  wait_for_word();
  for (int i = 0; i < 3; i++) must(send(datagrams, letters, 13, 0), "send");
  for (int i = 0; i < 2; i++) {
    must(send(stream, parts[i], strlen(parts[i]), 0), "send");
    say("sent %d", i + 1);
    wait_for_word();
  }
  return 0;
}
