// SPDX-License-Identifier: Apache-2.0

/* Traffic of every kind that has an event: `traffic KIND HOST PORT [COUNT]`. Each kind has its own name. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Ends with what failed, and why. */
static void die(const char *what) {
  perror(what);
  exit(1);
}

/* Ends unless `good`. */
static void must(int good, const char *what) {
  if (!good) die(what);
}

/* Calls this thread `comm`. */
static void name(const char *comm) { prctl(PR_SET_NAME, comm); }

static socklen_t address(struct sockaddr_storage *out, const char *host, int port) {
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

/* A socket at an address of this machine; of a stream, one that listens. */
static int bound(int type, const char *host, int port) {
  struct sockaddr_storage at;
  socklen_t length = address(&at, host, port);
  int one = 1, s = socket(at.ss_family, type, 0);
  must(s >= 0, "socket");
  setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  must(bind(s, (void *)&at, length) == 0, "bind");
  if (type == SOCK_STREAM) must(listen(s, 16) == 0, "listen");
  return s;
}

static int connected(int type, const char *host, int port) {
  struct sockaddr_storage to;
  socklen_t length = address(&to, host, port);
  int s = socket(to.ss_family, type, 0);
  must(s >= 0 && connect(s, (void *)&to, length) == 0, "connect");
  return s;
}

/* Reads what comes within ten seconds: its length, 0 at the end, -1 when nothing comes. */
static ssize_t receive(int s, void *bytes, size_t size) {
  struct pollfd p = {.fd = s, .events = POLLIN};
  if (poll(&p, 1, 10000) != 1) return -1;
  return read(s, bytes, size);
}

static void say(int s, const void *bytes, size_t size) {
  must(write(s, bytes, size) == (ssize_t)size, "write");
}

/* Says five bytes and waits for five. */
static void exchange(int s) {
  char bytes[64];
  say(s, "hello", 5);
  must(receive(s, bytes, sizeof bytes) == 5, "no answer");
}

/* Where to, and how often. */
struct task {
  const char *host;
  int port, count;
  char **rest;
};

/* Answers each datagram with its own bytes; a query of DNS with the flag of an answer. */
static void udp_server(struct task t) {
  int s = bound(SOCK_DGRAM, t.host, t.port);
  char bytes[2048];
  struct sockaddr_storage from;
  for (;;) {
    socklen_t length = sizeof from;
    ssize_t n = recvfrom(s, bytes, sizeof bytes, 0, (void *)&from, &length);
    must(n >= 0, "recvfrom");
    if (t.port == 53 && n > 12) bytes[2] |= (char)0x80;
    sendto(s, bytes, (size_t)n, 0, (void *)&from, length);
  }
}

/* Answers a head of HTTP with one, anything else with its own bytes. */
static void serve(int s) {
  static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
  char bytes[4096];
  ssize_t n;
  while ((n = read(s, bytes, sizeof bytes)) > 0) {
    if (n > 4 && !memcmp(bytes, "GET ", 4)) {
      say(s, answer, sizeof answer - 1);
      return;
    }
    say(s, bytes, (size_t)n);
  }
}

/* One child for each connection. */
static void tcp_server(struct task t) {
  int s = bound(SOCK_STREAM, t.host, t.port);
  signal(SIGCHLD, SIG_IGN);
  for (;;) {
    int c = accept(s, NULL, NULL);
    if (c >= 0 && fork() == 0) {
      name("km-child");
      close(s);
      serve(c);
      close(c);
      exit(0);
    }
    if (c >= 0) close(c);
  }
}

static void udp_client(struct task t) {
  int s = connected(SOCK_DGRAM, t.host, t.port);
  for (int i = 0; i < t.count; i++) exchange(s);
}

static void tcp_client(struct task t) {
  char bytes[64];
  int s = connected(SOCK_STREAM, t.host, t.port);
  for (int i = 0; i < t.count; i++) exchange(s);
  shutdown(s, SHUT_WR);
  receive(s, bytes, sizeof bytes);
}

static void until_end(int s) {
  char bytes[4096];
  while (receive(s, bytes, sizeof bytes) > 0) continue;
}

static void http_client(struct task t) {
  static const char head[] = "GET /km HTTP/1.1\r\nHost: km.test\r\nUser-Agent: km\r\n\r\n";
  int s = connected(SOCK_STREAM, t.host, t.port);
  say(s, head, sizeof head - 1);
  until_end(s);
}

/* The head in two segments. The server must have read the first before the second comes: it answers the first. */
static void http_split(struct task t) {
  int one = 1, s = connected(SOCK_STREAM, t.host, t.port);
  setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  say(s, "GET /split HTTP/1.1\r\nHo", 23);
  usleep(50000);
  say(s, "st: km.test\r\n\r\n", 15);
  until_end(s);
}

static void dns_client(struct task t) {
  static const char query[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0\2km\7example\3com\0\0\1\0\1";
  char bytes[512];
  int s = connected(SOCK_DGRAM, t.host, t.port);
  say(s, query, sizeof query - 1);
  must(receive(s, bytes, sizeof bytes) > 0, "no answer");
}

/* A port that nobody listens at. */
static void refused(struct task t) {
  struct sockaddr_storage to;
  socklen_t length = address(&to, t.host, t.port);
  int s = socket(to.ss_family, SOCK_STREAM, 0);
  must(connect(s, (void *)&to, length) != 0, "nobody refuses");
}

/* Sockets that are there before the tracer, TCP at the port and UDP at the next; SIGUSR1 lets them speak. */
static void old_client(struct task t) {
  sigset_t set;
  int got;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, NULL);
  int tcp = connected(SOCK_STREAM, t.host, t.port), udp = connected(SOCK_DGRAM, t.host, t.port + 1);
  exchange(tcp);
  puts("connected");
  fflush(stdout);
  sigwait(&set, &got);
  exchange(tcp);
  exchange(udp);
  puts("answered");
}

/* A socket that a child sends from: its packets are the child's. */
static void inherit(struct task t) {
  int s = connected(SOCK_DGRAM, t.host, t.port);
  exchange(s);
  if (fork() == 0) {
    name("km-heir");
    exchange(s);
    exit(0);
  }
  wait(NULL);
}

static void other_user(struct task t) {
  must(setgid(1000) == 0 && setuid(1000) == 0, "setuid");
  name("km-uid-1000");
  exchange(connected(SOCK_DGRAM, t.host, t.port));
}

/* A socket that a child only receives from: from its second datagram on they are its own. */
static void reader(struct task t) {
  int s = bound(SOCK_DGRAM, t.host, t.port), got[2];
  char bytes[64];
  must(pipe(got) == 0, "pipe");
  if (fork() == 0) {
    name("km-reader");
    for (int i = 0; i < 3; i++) {
      must(receive(s, bytes, sizeof bytes) == 5, "no datagram");
      say(got[1], "x", 1);
    }
    exit(0);
  }
  int c = connected(SOCK_DGRAM, t.host, t.port);
  for (int i = 0; i < 3; i++) {
    say(c, "hello", 5);
    must(receive(got[0], bytes, 1) == 1, "nobody reads");
  }
  wait(NULL);
}

/* Datagrams that nobody reads, as fast as they go. */
static void flood(struct task t) {
  bound(SOCK_DGRAM, t.host, t.port);
  int s = connected(SOCK_DGRAM, t.host, t.port);
  for (int i = 0; i < t.count; i++) say(s, "hello", 5);
}

/* A name, and then a child that executes the rest: `traffic spawn COMMAND…`. */
static void spawn(struct task t) {
  if (fork() == 0) {
    execvp(t.rest[0], t.rest);
    die("exec");
  }
  wait(NULL);
}

static const struct {
  const char *kind, *comm;
  void (*run)(struct task);
} kinds[] = {
    {"udp-server", "km-udp-server", udp_server},
    {"tcp-server", "km-tcp-server", tcp_server},
    {"udp", "km-udp-client", udp_client},
    {"tcp", "km-tcp-client", tcp_client},
    {"http", "km-http-client", http_client},
    {"http-split", "km-http-split", http_split},
    {"dns", "km-dns-client", dns_client},
    {"refused", "km-refused", refused},
    {"old", "km-old-client", old_client},
    {"inherit", "km-parent", inherit},
    {"other-user", "km-other", other_user},
    {"reader", "km-binder", reader},
    {"flood", "km-flood", flood},
    {"spawn", "km-first", spawn},
};

int main(int count, char **words) {
  for (size_t i = 0; count > 2 && i < sizeof kinds / sizeof *kinds; i++) {
    if (strcmp(words[1], kinds[i].kind)) continue;
    struct task task = {.host = words[2], .count = 1, .rest = words + 2};
    if (count > 3) task.port = atoi(words[3]);
    if (count > 4) task.count = atoi(words[4]);
    name(kinds[i].comm);
    kinds[i].run(task);
    return 0;
  }
  fputs("traffic KIND HOST PORT [COUNT]\n", stderr);
  return 2;
}
