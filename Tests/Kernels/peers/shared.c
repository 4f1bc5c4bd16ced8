/*
 * One UDP socket, three processes of different users that send from it and receive from it at the same time: `shared PORT
 * COUNT`. Process N is called km-shared-N, its user is N thousand, and its datagrams are N bytes long.
 */
#include "peers.h"
#include <sys/wait.h>

int main(int count, char **words) {
  if (count != 3) return 2;
  int s = bound(SOCK_DGRAM, "127.0.0.1", atoi(words[1])), turns = atoi(words[2]);
  connect_to(s, "127.0.0.1", atoi(words[1])); /* to itself, so that the receiving socket is shared, too */
  for (unsigned n = 1; n <= 3; n++) {
    if (fork()) continue;
    char comm[16], bytes[64];
    snprintf(comm, sizeof comm, "km-shared-%u", n);
    become(1000 * n, comm);
    for (int i = 0; i < turns; i++) {
      send(s, "xxx", n, MSG_DONTWAIT);
      recv(s, bytes, sizeof bytes, MSG_DONTWAIT);
    }
    exit(0);
  }
  while (wait(NULL) > 0) continue;
  return 0;
}
