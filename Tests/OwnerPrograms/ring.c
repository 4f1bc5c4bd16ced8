// SPDX-License-Identifier: Apache-2.0

#include "ring.h"
#include "owner_cases.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ENTRIES = 8 };

static void *map(int descriptor, size_t length, off_t what) {
  void *memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, descriptor, what);
  if (memory == MAP_FAILED) must(-1, "mmap of a ring");
  return memory;
}

void ring_open(struct ring *ring, unsigned setup) {
  struct io_uring_params about = {.flags = setup, .sq_thread_idle = 1000};
  ring->descriptor = must(syscall(SYS_io_uring_setup, ENTRIES, &about), "io_uring_setup");
  ring->setup = setup;
  char *asked = map(ring->descriptor, about.sq_off.array + about.sq_entries * sizeof(unsigned), IORING_OFF_SQ_RING);
  char *done = map(
    ring->descriptor, about.cq_off.cqes + about.cq_entries * sizeof(struct io_uring_cqe), IORING_OFF_CQ_RING);
  ring->asked = map(ring->descriptor, about.sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
  ring->head = (unsigned *)(asked + about.sq_off.head);
  ring->tail = (unsigned *)(asked + about.sq_off.tail);
  ring->mask = (unsigned *)(asked + about.sq_off.ring_mask);
  ring->places = (unsigned *)(asked + about.sq_off.array);
  ring->flags = (unsigned *)(asked + about.sq_off.flags);
  ring->done_head = (unsigned *)(done + about.cq_off.head);
  ring->done_tail = (unsigned *)(done + about.cq_off.tail);
  ring->done_mask = (unsigned *)(done + about.cq_off.ring_mask);
  ring->done = (struct io_uring_cqe *)(done + about.cq_off.cqes);
}

static struct io_uring_sqe *next(struct ring *ring) {
  unsigned place = *ring->tail & *ring->mask;
  ring->places[place] = place;
  memset(&ring->asked[place], 0, sizeof ring->asked[place]);
  return &ring->asked[place];
}

static long finish(struct ring *ring) {
  __atomic_store_n(ring->tail, *ring->tail + 1, __ATOMIC_RELEASE);
  bool is_polled = ring->setup & IORING_SETUP_SQPOLL;
  __sync_synchronize();
  if (is_polled && *ring->flags & IORING_SQ_NEED_WAKEUP)
    must(syscall(SYS_io_uring_enter, ring->descriptor, 0, 0, IORING_ENTER_SQ_WAKEUP, NULL, 0), "io_uring_enter");
  while (__atomic_load_n(ring->done_tail, __ATOMIC_ACQUIRE) == *ring->done_head) {
    unsigned waiting = *ring->tail - __atomic_load_n(ring->head, __ATOMIC_ACQUIRE);
    long code = syscall(
      SYS_io_uring_enter, ring->descriptor, is_polled ? 0 : waiting, 1, IORING_ENTER_GETEVENTS, NULL, 0);
    if (code < 0 && errno != EINTR) must(code, "io_uring_enter");
  }
  int result = ring->done[*ring->done_head & *ring->done_mask].res;
  __atomic_store_n(ring->done_head, *ring->done_head + 1, __ATOMIC_RELEASE);
  if (result < 0) errno = -result;
  return result;
}

long ring_do(struct ring *ring, int operation, int descriptor, void *bytes, unsigned length, unsigned flags) {
  struct io_uring_sqe *asked = next(ring);
  asked->opcode = operation;
  asked->fd = descriptor;
  asked->addr = (unsigned long)bytes;
  asked->len = length;
  asked->flags = flags;
  return finish(ring);
}

int ring_socket(struct ring *ring, int type) {
  struct io_uring_sqe *asked = next(ring);
  asked->opcode = 45; /* IORING_OP_SOCKET, which is in the headers of Linux 5.19 */
  asked->fd = AF_INET;
  asked->off = type;
  asked->flags = IOSQE_ASYNC;
  return must(finish(ring), "socket by io_uring");
}

/* Sends by io_uring, each time one byte more, and takes the answers by it. */
int send_by_ring(int count, char **words) {
  (void)count;
  const char *way = words[0];
  struct sockaddr_in peer = ipv4_of(words[1], words[2]);
  bool is_polled = strcmp(way, "sqpoll") == 0;
  bool is_made = strcmp(way, "made") == 0;
  unsigned flags = strcmp(way, "async") == 0 || is_made ? IOSQE_ASYNC : 0;
  struct ring ring = {0};
  char bytes[64];
  become("asker", USER_A);
  ring_open(&ring, is_polled ? IORING_SETUP_SQPOLL : 0);
  int held = is_made ? ring_socket(&ring, SOCK_DGRAM) : must(socket(AF_INET, SOCK_DGRAM, 0), "socket");
  must(connect(held, (struct sockaddr *)&peer, sizeof peer), "connect");
  for (int length = 1; length <= 4; length++) {
    must(ring_do(&ring, IORING_OP_SEND, held, (void *)letters, length, flags), "send by io_uring");
    must(ring_do(&ring, IORING_OP_RECV, held, bytes, sizeof bytes, flags), "receive by io_uring");
  }
  return 0;
}
