// SPDX-License-Identifier: Apache-2.0

/* Three senders of different users and names on one socket, all at once; how much one sends at a time tells who it is. */
#include "owner_cases.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SENDERS = 3 };

static const char *const names[SENDERS] = {"aaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbb", "ccccccccccccccc"};
static const uid_t users[SENDERS] = {USER_A, USER_B, USER_C};
static int held;
static bool is_tcp;
static long turns;
static pthread_barrier_t *start;

/*
 * What TCP sends later than in the call that gave it the bytes is nobody's in particular; so never more is on its way than
 * it may send at once, the initial window of ten segments.
 */
static void wait_for_window(void) {
  int left;
  do must(ioctl(held, SIOCOUTQ, &left), "SIOCOUTQ");
  while (left > 4);
}

static void *send_all(void *number) {
  long sender = (long)number;
  char received[64];
  become(names[sender], users[sender]);
  pthread_barrier_wait(start);
  for (long i = 0; i < turns; i++) {
    if (is_tcp) wait_for_window();
    /* The end of a record: what follows it is not put into the same segment. */
    while (send(held, letters, sender + 1, MSG_DONTWAIT | (is_tcp ? MSG_EOR : 0)) < 0)
      if (errno != EAGAIN) must(-1, "send");
    recv(held, received, sizeof received, MSG_DONTWAIT);
  }
  say("sender %ld: %d %ld", sender + 1, getpid(), syscall(SYS_gettid));
  return NULL;
}

int share(int count, char **words) {
  (void)count;
  is_tcp = strcmp(words[0], "tcp") == 0;
  bool has_threads = strcmp(words[1], "threads") == 0;
  turns = atol(words[4]);
  if (is_tcp) {
    int one = 1;
    held = connected(SOCK_STREAM, words[2], words[3]);
    must(setsockopt(held, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one), "TCP_NODELAY");
  } else {
    /* To itself, so that what arrives is the shared socket's, too. */
    struct sockaddr_in own = ipv4_of(words[2], words[3]);
    held = bound(SOCK_DGRAM, words[2], words[3]);
    must(connect(held, (struct sockaddr *)&own, sizeof own), "connect");
  }
  start = mmap(NULL, sizeof *start, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) must(-1, "mmap");
  pthread_barrierattr_t shared;
  pthread_barrierattr_init(&shared);
  pthread_barrierattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
  pthread_barrier_init(start, &shared, SENDERS);
  pthread_t threads[SENDERS];
  for (long sender = 0; sender < SENDERS; sender++) {
    if (has_threads) {
      if (pthread_create(&threads[sender], NULL, send_all, (void *)sender) != 0) must(-1, "pthread_create");
    } else if (must(fork(), "fork") == 0) {
      send_all((void *)sender);
      _exit(0);
    }
  }
  int status, failed = 0;
  for (int sender = 0; has_threads && sender < SENDERS; sender++) pthread_join(threads[sender], NULL);
  while (!has_threads && wait(&status) > 0) failed |= status;
  return failed != 0;
}
