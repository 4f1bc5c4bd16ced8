// SPDX-License-Identifier: Apache-2.0

#include "owner_cases.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

const char letters[64] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk";

long must(long code, const char *what) {
  if (code >= 0) return code;
  perror(what);
  _exit(1);
}

void become(const char *name, uid_t user) {
  must(prctl(PR_SET_NAME, name, 0, 0, 0), "prctl");
  if (user) must(syscall(SYS_setresuid, user, user, user), "setresuid");
}

void say(const char *format, ...) {
  char line[256];
  va_list values;
  va_start(values, format);
  int length = vsnprintf(line, sizeof line - 1, format, values);
  va_end(values);
  if (length > (int)sizeof line - 2) length = sizeof line - 2;
  line[length] = '\n';
  must(write(STDOUT_FILENO, line, length + 1), "write");
}

void wait_for_word(void) {
  char letter = 0;
  while (letter != '\n')
    if (read(STDIN_FILENO, &letter, 1) != 1) _exit(0);
}

struct sockaddr_in ipv4_of(const char *address, const char *port) {
  struct sockaddr_in known = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
  if (inet_pton(AF_INET, address, &known.sin_addr) != 1) {
    fprintf(stderr, "%s is no address\n", address);
    _exit(2);
  }
  return known;
}

int bound(int type, const char *address, const char *port) {
  struct sockaddr_in own = ipv4_of(address, port);
  int one = 1;
  int held = must(socket(AF_INET, type, 0), "socket");
  must(setsockopt(held, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one), "SO_REUSEADDR");
  must(bind(held, (struct sockaddr *)&own, sizeof own), "bind");
  return held;
}

int connected(int type, const char *address, const char *port) {
  struct sockaddr_in peer = ipv4_of(address, port);
  int held = must(socket(AF_INET, type, 0), "socket");
  must(connect(held, (struct sockaddr *)&peer, sizeof peer), "connect");
  return held;
}

static const struct {
  const char *name;
  int (*run)(int count, char **words);
  int words;
  const char *usage;
} cases[] = {
  {"share", share, 5, "udp|tcp processes|threads ADDRESS PORT COUNT"},
  {"serve", serve, 5, "accept|accept-null|splice|ring|mptcp ADDRESS PORT USER CONNECTIONS"},
  {"request", request, 5, "tcp|mptcp ADDRESS PORT NAME USER"},
  {"echo", echo, 2, "ADDRESS PORT"},
  {"drain", drain, 2, "ADDRESS PORT"},
  {"turns", send_by_turns, 3, "CALL ADDRESS PORT"},
  {"ask", ask_by_turns, 2, "ADDRESS PORT"},
  {"ring", send_by_ring, 3, "inline|async|sqpoll|made ADDRESS PORT"},
  {"leave", leave_namespace, 3, "ADDRESS PORT PATH|new"},
  {"fill", fill_option_memory, 2, "ADDRESS PORT"},
  {"disguise", disguise, 4, "none|rename|map PATH ADDRESS PORT"},
  {"verdicts", give_verdicts, 1, "QUEUE"},
  {"names", send_renamed_by_all, 4, "ADDRESS NAMES COUNT SEED"},
};

int main(int count, char **words) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (count == 2 + cases[i].words && strcmp(words[1], cases[i].name) == 0) return cases[i].run(count - 2, words + 2);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    fprintf(stderr, "owner-cases %s %s\n", cases[i].name, cases[i].usage);
  return 2;
}
