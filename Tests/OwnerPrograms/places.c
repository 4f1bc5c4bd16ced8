// SPDX-License-Identifier: Apache-2.0

/* Sockets that are not where their process is, or have no memory left to keep anything with. */
#include "owner_cases.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A question of DNS, of 17 bytes, which is reported with its interface. */
static const char question[] = "\0\1\1\0\0\1\0\0\0\0\0\0\0\0\1\0\1";

/* Makes a socket, enters another network namespace, and then sends. */
int leave_namespace(int count, char **words) {
  (void)count;
  become("leaver", 0);
  int held = connected(SOCK_DGRAM, words[0], words[1]);
  if (strcmp(words[2], "new") == 0)
    must(unshare(CLONE_NEWNET), "unshare");
  else
    must(setns(must(open(words[2], O_RDONLY), "open"), CLONE_NEWNET), "setns");
  for (int i = 0; i < 2; i++) must(send(held, question, sizeof question - 1, 0), "send");
  return 0;
}

enum { INSTRUCTIONS_MAX = 4096 };

/*
 * Gives a socket a filter of this many divisions, of 40 bytes each in the kernel, and this many loads, of 8; it lets all pass.
 * False when the memory for the socket's options has no room for it.
 */
static bool attach(int held, int divisions, int loads) {
  static struct sock_filter code[INSTRUCTIONS_MAX];
  struct sock_fprog filter = {.filter = code};
  code[filter.len++] = (struct sock_filter)BPF_STMT(BPF_LDX | BPF_IMM, 1);
  while (divisions--) code[filter.len++] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0);
  while (loads--) code[filter.len++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM, 0);
  code[filter.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0xffffffff);
  setsockopt(held, SOL_SOCKET, SO_DETACH_FILTER, &(int){0}, sizeof(int));
  if (setsockopt(held, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0) return true;
  if (errno != ENOMEM) must(-1, "SO_ATTACH_FILTER");
  return false;
}

/* The most that the memory has room for, so that not ten bytes of it are left. */
static void fill(int held) {
  int divisions = 0, loads = 0;
  for (int step = INSTRUCTIONS_MAX / 2; step > 0; step /= 2)
    if (divisions + step < INSTRUCTIONS_MAX - 16 && attach(held, divisions + step, 0)) divisions += step;
  if (attach(held, divisions + 1, 0)) {
    fprintf(stderr, "the memory for options is larger than any filter\n");
    _exit(3);
  }
  while (loads < 8 && attach(held, divisions, loads + 1)) loads++;
  must(attach(held, divisions, loads) ? 0 : -1, "SO_ATTACH_FILTER");
}

/* Sockets of UDP and TCP without memory for anything; they send when they are told to, by TCP a request of HTTP in two parts. */
int fill_option_memory(int count, char **words) {
  (void)count;
  const char *parts[2] = {"GET /full HTTP/1.1\r\n", "Host: here\r\n\r\n"};
  /* Not every kernel lets a user without privileges filter a connection. */
  int stream = connected(SOCK_STREAM, words[0], words[1]);
  fill(stream);
  become("filler", USER_A);
  int datagrams = connected(SOCK_DGRAM, words[0], words[1]);
  fill(datagrams);
  say("full");
  wait_for_word();
  for (int i = 0; i < 3; i++) must(send(datagrams, letters, 13, 0), "send");
  for (int i = 0; i < 2; i++) {
    must(send(stream, parts[i], strlen(parts[i]), 0), "send");
    say("sent %d", i + 1);
    wait_for_word();
  }
  return 0;
}
