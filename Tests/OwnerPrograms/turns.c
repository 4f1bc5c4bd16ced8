// SPDX-License-Identifier: Apache-2.0

/* Two processes take turns on one socket. How the second calls the kernel makes it hard to see that it does. */
#include "owner_cases.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TURNS = 4, LENGTH = 13 };

#if defined(__x86_64__)
/* A system call of the 32-bit kind by a 64-bit program: what it points to has to be within the first 4 GiB. */
static long call32(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  asm volatile("xchg %%rbp, %1\n int $0x80\n xchg %%rbp, %1"
               : "=a"(result), "+&r"(f)
               : "0"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
               : "memory", "r8", "r9", "r10", "r11");
  if (result >= 0) return result;
  errno = -result;
  return -1;
}
#else
static long call32(long number, long a, long b, long c, long d, long e, long f) {
  (void)number, (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
  errno = ENOSYS;
  return -1;
}
#endif

/* Numbers of the 32-bit table, and of the one call for sockets that old programs use. */
enum { WRITE_32 = 4, SOCKETCALL_32 = 102, SENDTO_32 = 369, SOCKETCALL_SENDTO = 11 };

static long send_by(const char *call, long held, char *bytes) {
  struct iovec part = {bytes, LENGTH};
  struct mmsghdr messages = {.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}};
  int ends[2];
  if (strcmp(call, "sendto") == 0) return syscall(SYS_sendto, held, bytes, LENGTH, 0, NULL, 0);
  if (strcmp(call, "write") == 0) return syscall(SYS_write, held, bytes, LENGTH);
  if (strcmp(call, "writev") == 0) return syscall(SYS_writev, held, &part, 1);
  if (strcmp(call, "sendmsg") == 0) return syscall(SYS_sendmsg, held, &messages.msg_hdr, 0);
  if (strcmp(call, "sendmmsg") == 0) return syscall(SYS_sendmmsg, held, &messages, 1, 0);
  /* The kernel takes the lower half of what should be a descriptor. */
  if (strcmp(call, "sendto-upper") == 0)
    return syscall(SYS_sendto, 0x1234567800000000L | held, bytes, LENGTH, 0, NULL, 0);
  if (strcmp(call, "splice") == 0) {
    must(pipe(ends), "pipe");
    must(write(ends[1], bytes, LENGTH), "write");
    return splice(ends[0], NULL, held, NULL, LENGTH, 0);
  }
  if (strcmp(call, "sendfile") == 0) {
    int file = must(memfd_create("bytes", 0), "memfd_create");
    must(write(file, bytes, LENGTH), "write");
    off_t from = 0;
    return sendfile(held, file, &from, LENGTH);
  }
  if (strcmp(call, "sendto32") == 0) return call32(SENDTO_32, held, (long)bytes, LENGTH, 0, 0, 0);
  if (strcmp(call, "write32") == 0) return call32(WRITE_32, held, (long)bytes, LENGTH, 0, 0, 0);
  if (strcmp(call, "socketcall32") == 0) {
    unsigned *arguments = (unsigned *)(bytes + 64);
    unsigned values[6] = {held, (unsigned)(long)bytes, LENGTH, 0, 0, 0};
    memcpy(arguments, values, sizeof values);
    return call32(SOCKETCALL_32, SOCKETCALL_SENDTO, (long)arguments, 0, 0, 0, 0);
  }
  fprintf(stderr, "no way to send is called %s\n", call);
  _exit(2);
}

/* Who asked last gets the answer, though nobody takes it from the socket. */
static void ask(int held, int length) {
  struct pollfd answer = {.fd = held, .events = POLLIN};
  must(send(held, letters, length, 0), "send");
  if (must(poll(&answer, 1, 10000), "poll") == 0) _exit(1);
}

/* Two processes ask on one socket, one after the other; the first takes both answers at the end. */
int ask_by_turns(int count, char **words) {
  (void)count;
  int status;
  char bytes[64];
  int held = connected(SOCK_DGRAM, words[0], words[1]);
  become("first", 0);
  pid_t second = must(fork(), "fork");
  if (second == 0) {
    become("second", USER_A);
    ask(held, 5);
    _exit(0);
  }
  say("second %d", second);
  must(wait(&status), "wait");
  if (status != 0) return 1;
  ask(held, 1);
  for (int i = 0; i < 2; i++) must(recv(held, bytes, sizeof bytes, 0), "recv");
  return 0;
}

int send_by_turns(int count, char **words) {
  (void)count;
  int to[2], from[2], status;
  char word;
  int receiver = bound(SOCK_DGRAM, words[1], words[2]);
  int held = connected(SOCK_DGRAM, words[1], words[2]);
  char *bytes = mmap((void *)0x100000, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (bytes == MAP_FAILED) must(-1, "mmap");
  memcpy(bytes, letters, LENGTH);
  must(pipe(to), "pipe");
  must(pipe(from), "pipe");
  become("first", 0);
  pid_t second = must(fork(), "fork");
  if (second == 0) {
    become("second", USER_A);
    for (int turn = 0; turn < TURNS; turn++) {
      if (read(to[0], &word, 1) != 1) _exit(1);
      if (must(send_by(words[0], held, bytes), words[0]) <= 0) _exit(1);
      must(write(from[1], "x", 1), "write");
    }
    _exit(0);
  }
  close(from[1]);
  say("second %d", second);
  for (int turn = 0; turn < TURNS; turn++) {
    must(send(held, letters, 1, 0), "send");
    must(write(to[1], "x", 1), "write");
    if (read(from[0], &word, 1) != 1) break;
  }
  must(wait(&status), "wait");
  close(receiver);
  return status != 0;
}
