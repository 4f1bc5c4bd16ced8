// SPDX-License-Identifier: Apache-2.0

/* Servers and clients that do one thing at a time, when they are told to. */
#include "owner_cases.h"
#include "ring.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static const char question[] = "GET /whose HTTP/1.1\r\nHost: here\r\n\r\n";
static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

static int accept_one(const char *way, int door, struct ring *ring) {
  struct sockaddr_in peer;
  socklen_t length = sizeof peer;
  if (strcmp(way, "ring") == 0)
    return must(ring_do(ring, IORING_OP_ACCEPT, door, NULL, 0, IOSQE_ASYNC), "accept by io_uring");
  if (strcmp(way, "accept-null") == 0) return must(accept4(door, NULL, NULL, 0), "accept4");
  return must(accept(door, (struct sockaddr *)&peer, &length), "accept");
}

static void take(const char *way, int peer, struct ring *ring) {
  size_t taken = 0;
  char bytes[256];
  int ends[2];
  must(pipe(ends), "pipe");
  while (taken < sizeof question - 1) {
    long count;
    if (strcmp(way, "ring") == 0)
      count = ring_do(ring, IORING_OP_RECV, peer, bytes, sizeof bytes, IOSQE_ASYNC);
    else if (strcmp(way, "splice") == 0)
      count = splice(peer, NULL, ends[1], NULL, sizeof bytes, 0);
    else
      count = recv(peer, bytes, sizeof bytes, 0);
    if (must(count, "receive") == 0) break;
    taken += count;
  }
  close(ends[0]);
  close(ends[1]);
}

static void give(const char *way, int peer, struct ring *ring) {
  if (strcmp(way, "ring") == 0)
    must(ring_do(ring, IORING_OP_SEND, peer, (void *)answer, sizeof answer - 1, IOSQE_ASYNC), "send by io_uring");
  else
    must(send(peer, answer, sizeof answer - 1, 0), "send");
}

/* A master that opens the door and a worker of another user behind it, who is told when to read what came. */
int serve(int count, char **words) {
  (void)count;
  const char *way = words[0];
  struct sockaddr_in own = ipv4_of(words[1], words[2]);
  int one = 1, status;
  struct ring ring = {0};
  become("master", 0);
  int door = must(socket(AF_INET, SOCK_STREAM, strcmp(way, "mptcp") ? 0 : IPPROTO_MPTCP), "socket");
  must(setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one), "SO_REUSEADDR");
  must(bind(door, (struct sockaddr *)&own, sizeof own), "bind");
  must(listen(door, 8), "listen");
  if (must(fork(), "fork") != 0) return wait(&status) < 0 || status != 0;

  become("worker", atoi(words[3]));
  if (strcmp(way, "ring") == 0) ring_open(&ring, 0);
  say("worker %d", getpid());
  for (int number = 1; number <= atoi(words[4]); number++) {
    int peer = accept_one(way, door, &ring);
    say("accepted %d", number);
    wait_for_word();
    take(way, peer, &ring);
    give(way, peer, &ring);
    say("answered %d", number);
    close(peer);
  }
  return 0;
}

/* A client that says when it is connected, and is told when to ask. */
int request(int count, char **words) {
  (void)count;
  struct sockaddr_in peer = ipv4_of(words[1], words[2]);
  char bytes[256];
  become(words[3], atoi(words[4]));
  int held = must(socket(AF_INET, SOCK_STREAM, strcmp(words[0], "mptcp") ? 0 : IPPROTO_MPTCP), "socket");
  must(connect(held, (struct sockaddr *)&peer, sizeof peer), "connect");
  say("connected");
  wait_for_word();
  must(send(held, question, sizeof question - 1, 0), "send");
  say("asked");
  must(recv(held, bytes, sizeof bytes, 0), "recv");
  say("answered");
  close(held);
  return 0;
}

/* Gives each datagram back to its sender. */
int echo(int count, char **words) {
  (void)count;
  int held = bound(SOCK_DGRAM, words[0], words[1]);
  char bytes[2048];
  for (;;) {
    struct sockaddr_in peer;
    socklen_t length = sizeof peer;
    long taken = recvfrom(held, bytes, sizeof bytes, 0, (struct sockaddr *)&peer, &length);
    if (taken >= 0) sendto(held, bytes, taken, 0, (struct sockaddr *)&peer, length);
  }
}

/* Reads what one connection brings, to its end. */
int drain(int count, char **words) {
  (void)count;
  int door = bound(SOCK_STREAM, words[0], words[1]);
  char bytes[65536];
  must(listen(door, 8), "listen");
  int peer = must(accept(door, NULL, NULL), "accept");
  while (must(recv(peer, bytes, sizeof bytes, 0), "recv") > 0) continue;
  return 0;
}
