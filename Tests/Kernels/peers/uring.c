/*
 * Sends two datagrams by io_uring: `uring PORT inline|async|sqpoll`, as user 1000 and km-uring. 77 where this kernel has no
 * io_uring, or forbids it.
 */
#include "peers.h"
#include <errno.h>
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>

struct ring {
  int fd;
  struct io_uring_params parameters;
  struct io_uring_sqe *entries;
  unsigned *submit_tail, *submit_mask, *submit_array, *submit_flags;
  unsigned *done_head, *done_tail, *done_mask;
  struct io_uring_cqe *done;
};

static void *map(int fd, size_t size, off_t offset) {
  void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, offset);
  must(at != MAP_FAILED, "mmap");
  return at;
}

static struct ring set_up(unsigned flags) {
  struct ring r = {.parameters = {.flags = flags, .sq_thread_idle = 1000}};
  struct io_uring_params *p = &r.parameters;
  r.fd = (int)syscall(SYS_io_uring_setup, 8, p);
  if (r.fd < 0 && (errno == ENOSYS || errno == EPERM)) exit(77);
  must(r.fd >= 0, "io_uring_setup");
  char *s = map(r.fd, p->sq_off.array + p->sq_entries * sizeof(unsigned), IORING_OFF_SQ_RING);
  char *c = map(r.fd, p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe), IORING_OFF_CQ_RING);
  r.entries = map(r.fd, p->sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
  r.submit_tail = (void *)(s + p->sq_off.tail);
  r.submit_mask = (void *)(s + p->sq_off.ring_mask);
  r.submit_array = (void *)(s + p->sq_off.array);
  r.submit_flags = (void *)(s + p->sq_off.flags);
  r.done_head = (void *)(c + p->cq_off.head);
  r.done_tail = (void *)(c + p->cq_off.tail);
  r.done_mask = (void *)(c + p->cq_off.ring_mask);
  r.done = (void *)(c + p->cq_off.cqes);
  return r;
}

static void send_by(struct ring *r, int s, const char *bytes, __u8 flags) {
  unsigned tail = *r->submit_tail, index = tail & *r->submit_mask;
  r->entries[index] = (struct io_uring_sqe){
      .opcode = IORING_OP_SEND, .fd = s, .addr = (unsigned long)bytes, .len = (unsigned)strlen(bytes), .flags = flags};
  r->submit_array[index] = index;
  __atomic_store_n(r->submit_tail, tail + 1, __ATOMIC_SEQ_CST);
  if (!(r->parameters.flags & IORING_SETUP_SQPOLL)) {
    must(syscall(SYS_io_uring_enter, r->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1, "io_uring_enter");
  } else {
    if (__atomic_load_n(r->submit_flags, __ATOMIC_SEQ_CST) & IORING_SQ_NEED_WAKEUP)
      syscall(SYS_io_uring_enter, r->fd, 0, 0, IORING_ENTER_SQ_WAKEUP, NULL, 0);
    for (int i = 0; i < 10000 && __atomic_load_n(r->done_tail, __ATOMIC_ACQUIRE) == *r->done_head; i++) usleep(1000);
  }
  unsigned head = *r->done_head;
  must(__atomic_load_n(r->done_tail, __ATOMIC_ACQUIRE) != head, "nothing is done");
  int sent = r->done[head & *r->done_mask].res;
  errno = sent < 0 ? -sent : 0;
  must(sent == 5, "send by io_uring");
  __atomic_store_n(r->done_head, head + 1, __ATOMIC_RELEASE);
}

int main(int count, char **words) {
  if (count != 3) return 2;
  become(1000, "km-uring");
  struct ring r = set_up(strcmp(words[2], "sqpoll") ? 0 : IORING_SETUP_SQPOLL);
  bound(SOCK_DGRAM, "127.0.0.1", atoi(words[1]));
  int s = connected(SOCK_DGRAM, "127.0.0.1", atoi(words[1]));
  for (int i = 0; i < 2; i++) send_by(&r, s, "hello", strcmp(words[2], "async") ? 0 : IOSQE_ASYNC);
  return 0;
}
