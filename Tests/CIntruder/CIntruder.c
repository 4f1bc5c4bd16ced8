// SPDX-License-Identifier: Apache-2.0

/* Loaded into a tracer by LD_PRELOAD: on SIGUSR2 it does what INTRUDE says, as an intruder would who has taken the process over, and
   says on standard error what the kernel answered. The handler runs in the main thread, which takes the tracer's signals. */
#define _GNU_SOURCE
#include "CIntruder.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

const char tp_intruder_name[] = "intruder";

static const char *order;
static const char *target;

static long intrude(void) {
  if (!strcmp(order, "execve")) return execve("/bin/true", (char *[]){"true", NULL}, NULL);
  if (!strcmp(order, "fork")) return syscall(SYS_fork);
  if (!strcmp(order, "ptrace")) return ptrace(PTRACE_ATTACH, getppid(), 0, 0);
  if (!strcmp(order, "unshare")) return syscall(SYS_unshare, 0x10000000);
  if (!strcmp(order, "inet")) return socket(AF_INET, SOCK_STREAM, 0);
  if (!strcmp(order, "datagrams")) return socket(AF_INET, SOCK_DGRAM, 0);
  if (!strcmp(order, "raw")) return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
  if (!strcmp(order, "connect")) {
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(target)), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    return connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&server, sizeof server);
  }
  if (!strcmp(order, "kill")) return syscall(SYS_kill, getppid(), 0);
  if (!strcmp(order, "code"))
    return (long)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == -1 ? -1 : 0;
  if (!strcmp(order, "read")) return open(target, O_RDONLY | O_CLOEXEC);
  if (!strcmp(order, "append")) return open(target, O_WRONLY | O_APPEND | O_CLOEXEC);
  if (!strcmp(order, "create")) return open(target, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  errno = EINVAL;
  return -1;
}

static void obey(int signal) {
  (void)signal;
  char answer[64];
  long result = intrude();
  int length = snprintf(answer, sizeof answer, "%s: %s\n", tp_intruder_name, result < 0 ? strerrorname_np(errno) : "done");
  if (write(STDERR_FILENO, answer, (size_t)length) < 0) _exit(99);
}

__attribute__((constructor)) static void enter(void) {
  order = getenv("INTRUDE");
  target = getenv("INTRUDE_AT");
  if (!order) return;
  struct sigaction action = {.sa_handler = obey, .sa_flags = SA_RESTART};
  sigaction(SIGUSR2, &action, NULL);
}
