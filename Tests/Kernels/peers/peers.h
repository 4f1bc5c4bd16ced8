/* What all peers need: sockets at an address, names, and an end with a reason. */
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Ends with what failed, and why. */
static inline void die(const char *what) {
  perror(what);
  exit(1);
}

/* Ends unless `good`. */
static inline void must(int good, const char *what) {
  if (!good) die(what);
}

/* Calls this thread `comm`. */
static inline void name(const char *comm) { prctl(PR_SET_NAME, comm); }

/* Becomes the user `id`, and this thread's name says so. */
static inline void become(unsigned id, const char *comm) {
  must(setgid(id) == 0 && setuid(id) == 0, "setuid");
  name(comm);
}

static inline socklen_t address(struct sockaddr_storage *out, const char *host, int port) {
  memset(out, 0, sizeof *out);
  if (strchr(host, ':')) {
    struct sockaddr_in6 *six = (void *)out;
    six->sin6_family = AF_INET6;
    six->sin6_port = htons((in_port_t)port);
    must(inet_pton(AF_INET6, host, &six->sin6_addr) == 1, host);
    return sizeof *six;
  }
  struct sockaddr_in *four = (void *)out;
  four->sin_family = AF_INET;
  four->sin_port = htons((in_port_t)port);
  must(inet_pton(AF_INET, host, &four->sin_addr) == 1, host);
  return sizeof *four;
}

/* A socket at an address of this machine; of a stream, one that listens. `protocol` is 0 or IPPROTO_MPTCP. */
static inline int bound_by(int type, int protocol, const char *host, int port) {
  struct sockaddr_storage at;
  socklen_t length = address(&at, host, port);
  int one = 1, s = socket(at.ss_family, type, protocol);
  must(s >= 0, "socket");
  setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  must(bind(s, (void *)&at, length) == 0, "bind");
  if (type == SOCK_STREAM) must(listen(s, 16) == 0, "listen");
  return s;
}

static inline int bound(int type, const char *host, int port) { return bound_by(type, 0, host, port); }

static inline void connect_to(int s, const char *host, int port) {
  struct sockaddr_storage to;
  socklen_t length = address(&to, host, port);
  must(connect(s, (void *)&to, length) == 0, "connect");
}

static inline int connected(int type, const char *host, int port) {
  int s = socket(strchr(host, ':') ? AF_INET6 : AF_INET, type, 0);
  must(s >= 0, "socket");
  connect_to(s, host, port);
  return s;
}

/* Reads what comes within ten seconds: its length, 0 at the end, -1 when nothing comes. */
static inline ssize_t receive(int s, void *bytes, size_t size) {
  struct pollfd p = {.fd = s, .events = POLLIN};
  if (poll(&p, 1, 10000) != 1) return -1;
  return read(s, bytes, size);
}

static inline void say(int s, const void *bytes, size_t size) {
  must(write(s, bytes, size) == (ssize_t)size, "write");
}

/* Says five bytes and waits for five. */
static inline void exchange(int s) {
  char bytes[64];
  say(s, "hello", 5);
  must(receive(s, bytes, sizeof bytes) == 5, "no answer");
}
