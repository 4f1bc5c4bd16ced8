// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "CTraffic.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SIZE_MAX_DATAGRAM = 65507 };

static void begin_child(int processor, pid_t parent) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  sched_setaffinity(0, sizeof set, &set);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(0);
}

static void receive_all(int socket) {
  static char bytes[SIZE_MAX_DATAGRAM];
  while (recv(socket, bytes, sizeof bytes, 0) >= 0) continue;
  _exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void send_all(unsigned short port, size_t size, long rate, volatile struct ct_counts *counts) {
  static union {
    long number;
    char bytes[SIZE_MAX_DATAGRAM];
  } datagram;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
  int own = socket(AF_INET, SOCK_DGRAM, 0);
  /* Few at once, when there is a pace: a burst is not what the pace says. */
  int batch = rate > 0 ? 4 : 64;
  double start = now();
  while (!counts->is_ending) {
    struct timespec time;
    while (rate > 0 && now() < start + (double)counts->packets / (double)rate) continue;
    for (int i = 0; i < batch; i++) {
      datagram.number++;
      if (sendto(own, datagram.bytes, size, 0, (const struct sockaddr *)&to, sizeof to) < 0) _exit(1);
    }
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    counts->processor_time = time.tv_sec * 1000000000L + time.tv_nsec;
    counts->packets += batch;
  }
  _exit(0);
}

int ct_open(struct ct_traffic *traffic) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  traffic->door = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (traffic->door < 0 || bind(traffic->door, (struct sockaddr *)&address, length) != 0 ||
      getsockname(traffic->door, (struct sockaddr *)&address, &length) != 0)
    return -1;
  traffic->port = ntohs(address.sin_port);
  return 0;
}

int ct_start(struct ct_traffic *traffic, size_t size, int received, long rate) {
  pid_t parent = getpid();
  if (size > SIZE_MAX_DATAGRAM) size = SIZE_MAX_DATAGRAM;
  void *memory = mmap(NULL, sizeof *traffic->counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return -1;
  traffic->counts = memory;
  traffic->receiver = fork();
  if (traffic->receiver == 0) {
    begin_child(1, parent);
    if (received) receive_all(traffic->door);
    for (;;) pause();
  }
  traffic->sender = fork();
  if (traffic->sender == 0) {
    begin_child(0, parent);
    send_all(traffic->port, size, rate, traffic->counts);
  }
  if (traffic->receiver < 0 || traffic->sender < 0) return -1;
  while (traffic->counts->packets == 0) {
    if (waitpid(traffic->sender, NULL, WNOHANG) != 0) return -1;
    usleep(1000);
  }
  return 0;
}

struct ct_counts ct_sample(const struct ct_traffic *traffic) { return *traffic->counts; }

struct ct_counts ct_finish(struct ct_traffic *traffic) {
  traffic->counts->is_ending = 1;
  waitpid(traffic->sender, NULL, 0);
  traffic->sender = 0;
  return *traffic->counts;
}

void ct_stop(struct ct_traffic *traffic) {
  pid_t children[] = {traffic->sender, traffic->receiver};
  for (int i = 0; i < 2; i++) {
    if (children[i] <= 0) continue;
    kill(children[i], SIGKILL);
    waitpid(children[i], NULL, 0);
  }
  close(traffic->door);
  if (traffic->counts) munmap((void *)traffic->counts, sizeof *traffic->counts);
}

void ct_give_back(int file, off_t from, off_t to) {
  fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, from, to - from);
}
