/*
 * A server that forks before it accepts: root (km-master) listens, a worker of user 33 (km-worker) accepts, reads later and answers;
 * root's km-client asks. `accepting PORT tcp|mptcp|splice`; of mptcp the client is of user 1000 (km-mptcp), and says 77 where
 * this kernel has no MPTCP.
 */
#include "peers.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static void work(int listener, int accepted, int by_splice) {
  char bytes[256];
  int p[2];
  become(33, "km-worker");
  for (int i = 0; i < 2; i++) {
    int s = accept(listener, NULL, NULL);
    must(s >= 0, "accept");
    say(accepted, "x", 1);
    if (by_splice) {
      must(pipe(p) == 0 && splice(s, NULL, p[1], NULL, 5, 0) == 5, "splice from a socket");
      must(splice(p[0], NULL, s, NULL, 5, 0) == 5, "splice to a socket");
    } else {
      must(receive(s, bytes, sizeof bytes) == 5, "no request");
      say(s, "hello", 5);
    }
    receive(s, bytes, sizeof bytes); /* the client closes first */
    close(s);
  }
}

int main(int count, char **words) {
  if (count != 3) return 2;
  int is_mptcp = !strcmp(words[2], "mptcp"), protocol = is_mptcp ? IPPROTO_MPTCP : 0;
  int port = atoi(words[1]), accepted[2];
  char byte;
  int first = socket(AF_INET, SOCK_STREAM, protocol);
  if (first < 0 && is_mptcp) return 77;
  must(first >= 0 && pipe(accepted) == 0, "socket");
  close(first);
  name("km-master");
  int listener = bound_by(SOCK_STREAM, is_mptcp ? protocol : 0, "127.0.0.1", port);
  if (fork() == 0) {
    work(listener, accepted[1], !strcmp(words[2], "splice"));
    exit(0);
  }
  if (fork() == 0) {
    close(listener);
    if (is_mptcp) become(1000, "km-mptcp");
    else name("km-client");
    for (int i = 0; i < 2; i++) {
      int s = socket(AF_INET, SOCK_STREAM, protocol);
      connect_to(s, "127.0.0.1", port);
      must(receive(accepted[0], &byte, 1) == 1, "nobody accepts");
      exchange(s);
      close(s);
      usleep(50000); /* the last segments of one connection come before the next begins */
    }
    exit(0);
  }
  int status, worst = 0;
  while (wait(&status) > 0) worst |= status;
  return worst != 0;
}
