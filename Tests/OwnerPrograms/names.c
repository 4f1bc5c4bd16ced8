// SPDX-License-Identifier: Apache-2.0

/* Threads that take another name before each datagram, and come back to names that they had: so there are many owners at once. */
#include "owner_cases.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { THREADS = 4, FIRST_PORT = 10000 };

static struct sockaddr_in peer;
static long names, turns;
static uint64_t seed;

static void *send_renamed(void *number) {
  long thread = (long)number;
  uint64_t state = seed + thread;
  int held = must(socket(AF_INET, SOCK_DGRAM, 0), "socket");
  struct sockaddr_in to = peer;
  say("thread %ld: %ld", thread, syscall(SYS_gettid));
  for (long i = 0; i < turns; i++) {
    char name[16];
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    long chosen = (state >> 33) % names;
    snprintf(name, sizeof name, "%ld-%ld", thread, chosen);
    must(prctl(PR_SET_NAME, name, 0, 0, 0), "prctl");
    to.sin_port = htons(FIRST_PORT + chosen);
    must(sendto(held, letters, 1, 0, (struct sockaddr *)&to, sizeof to), "sendto");
  }
  return NULL;
}

int send_renamed_by_all(int count, char **words) {
  (void)count;
  peer = ipv4_of(words[0], "0");
  names = atol(words[1]);
  turns = atol(words[2]);
  seed = strtoull(words[3], NULL, 10);
  pthread_t threads[THREADS];
  for (long thread = 0; thread < THREADS; thread++)
    if (pthread_create(&threads[thread], NULL, send_renamed, (void *)thread) != 0) must(-1, "pthread_create");
  for (long thread = 0; thread < THREADS; thread++) pthread_join(threads[thread], NULL);
  return 0;
}
