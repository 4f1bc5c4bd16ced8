// SPDX-License-Identifier: Apache-2.0

/* Built for the 32-bit interface of the kernel, by the test itself: sends a datagram of one byte more each time. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert(sizeof(long) == 4, "built with -m32");

/* The one call for sockets that there was before each got its own. */
enum { SOCKETCALL_SENDTO = 11 };

int main(int count, char **words) {
  if (count != 3) return 2;
  struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(atoi(words[2]))};
  inet_pton(AF_INET, words[1], &peer.sin_addr);
  int held = socket(AF_INET, SOCK_DGRAM, 0);
  long arguments[6] = {held, (long)"bb", 2, 0, (long)&peer, sizeof peer};
  if (syscall(SYS_sendto, held, "a", 1, 0, &peer, sizeof peer) != 1) return 1;
  if (syscall(SYS_socketcall, SOCKETCALL_SENDTO, arguments) != 2) return 1;
  return 0;
}
