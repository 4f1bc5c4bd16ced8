// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "CTraffic.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SOCKETS, CONNECTIONS, THREADS, PROCESSES };

static struct sockaddr_in discard = {.sin_family = AF_INET};
static int shared;

static int bound(int type) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int held = socket(AF_INET, type, 0);
  if (held < 0 || bind(held, (struct sockaddr *)&address, length) != 0 ||
      getsockname(held, (struct sockaddr *)&address, &length) != 0)
    _exit(1);
  discard = address;
  return held;
}

static void send_one(int held) {
  if (sendto(held, "x", 1, MSG_DONTWAIT, (const struct sockaddr *)&discard, sizeof discard) < 0 && errno != EAGAIN) _exit(1);
}

static void hold_sockets(int count) {
  bound(SOCK_DGRAM);
  for (int i = 0; i < count; i++) send_one(socket(AF_INET, SOCK_DGRAM, 0));
}

static void hold_connections(int count) {
  int door = bound(SOCK_STREAM);
  char byte;
  if (listen(door, 16) != 0) _exit(1);
  for (int i = 0; i < count; i++) {
    int held = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(held, (const struct sockaddr *)&discard, sizeof discard) != 0) _exit(1);
    int other = accept(door, NULL, NULL);
    if (send(held, "x", 1, 0) != 1 || recv(other, &byte, 1, 0) != 1) _exit(1);
  }
}

static void *pause_thread(void *done) {
  send_one(shared);
  __atomic_add_fetch((int *)done, 1, __ATOMIC_SEQ_CST);
  for (;;) pause();
}

static void hold_threads(int count) {
  static int done;
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 64 << 10);
  bound(SOCK_DGRAM);
  shared = socket(AF_INET, SOCK_DGRAM, 0);
  for (int i = 0; i < count; i++)
    if (pthread_create(&thread, &attributes, pause_thread, &done) != 0) _exit(1);
  while (__atomic_load_n(&done, __ATOMIC_SEQ_CST) < count) usleep(1000);
}

static void hold_processes(int count) {
  int ends[2];
  char byte;
  bound(SOCK_DGRAM);
  shared = socket(AF_INET, SOCK_DGRAM, 0);
  if (pipe(ends) != 0) _exit(1);
  for (int i = 0; i < count; i++) {
    pid_t child = fork();
    if (child < 0) _exit(1);
    if (child > 0) continue;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    send_one(shared);
    if (write(ends[1], "x", 1) != 1) _exit(1);
    for (;;) pause();
  }
  for (int i = 0; i < count; i++)
    if (read(ends[0], &byte, 1) != 1) _exit(1);
}

pid_t ct_hold(int kind, int count) {
  int ends[2];
  char byte;
  if (pipe(ends) != 0) return -1;
  pid_t holder = fork();
  if (holder == 0) {
    struct rlimit all = {1 << 17, 1 << 17};
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setrlimit(RLIMIT_NOFILE, &all);
    switch (kind) {
      case SOCKETS: hold_sockets(count); break;
      case CONNECTIONS: hold_connections(count); break;
      case THREADS: hold_threads(count); break;
      case PROCESSES: hold_processes(count); break;
    }
    if (write(ends[1], "x", 1) != 1) _exit(1);
    for (;;) pause();
  }
  close(ends[1]);
  int is_ready = holder > 0 && read(ends[0], &byte, 1) == 1;
  close(ends[0]);
  if (is_ready) return holder;
  if (holder > 0) {
    kill(holder, SIGKILL);
    waitpid(holder, NULL, 0);
  }
  errno = ECHILD;
  return -1;
}
