/*
 * A child of user 1000 (km-caller) sends from a socket that its parent (km-holder) keeps using, by a call that is not the
 * usual one: `calls PORT plain|upper|splice|sendfile|int80-send|int80-write`. 77 where this kernel has no 32-bit calls.
 */
#include "peers.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* A call by the table of 32-bit programs. Arguments must fit 32 bits, addresses too. */
static long int80(long number, long a, long b, long c, long d) {
  long result;
  __asm__ volatile("xor %%edi, %%edi\n push %%rbp\n xor %%ebp, %%ebp\n int $0x80\n pop %%rbp"
                   : "=a"(result)
                   : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d)
                   : "memory", "rdi", "r8", "r9", "r10", "r11");
  return result;
}

static long send_by(const char *mode, int s, char *low) {
  int p[2], file;
  if (!strcmp(mode, "plain")) return syscall(SYS_sendto, (long)s, low, 5, 0, NULL, 0);
  /* The kernel takes the lower half of a descriptor's register. */
  if (!strcmp(mode, "upper")) return syscall(SYS_sendto, 0x1234567800000000L | s, low, 5, 0, NULL, 0);
  if (!strcmp(mode, "int80-send")) return int80(369, s, (long)low, 5, 0);
  if (!strcmp(mode, "int80-write")) return int80(4, s, (long)low, 5, 0);
  if (!strcmp(mode, "splice")) {
    must(pipe(p) == 0 && write(p[1], low, 5) == 5, "pipe");
    return splice(p[0], NULL, s, NULL, 5, 0);
  }
  file = memfd_create("five", 0);
  must(write(file, low, 5) == 5 && lseek(file, 0, SEEK_SET) == 0, "memfd");
  return sendfile(s, file, NULL, 5);
}

int main(int count, char **words) {
  if (count != 3) return 2;
  const char *mode = words[2];
  bound(SOCK_DGRAM, "127.0.0.1", atoi(words[1]));
  int s = connected(SOCK_DGRAM, "127.0.0.1", atoi(words[1])), to_child[2], to_parent[2];
  char byte;
  char *low = mmap((void *)0x10000, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  must(low != MAP_FAILED && pipe(to_child) == 0 && pipe(to_parent) == 0, "set up");
  memcpy(low, "hello", 5);
  name("km-holder");
  if (fork() == 0) {
    become(1000, "km-caller");
    for (int i = 0; i < 2; i++) {
      must(receive(to_child[0], &byte, 1) == 1, "no word");
      long sent = send_by(mode, s, low);
      if (sent == -ENOSYS) exit(77);
      must(sent == 5, mode);
      say(to_parent[1], "x", 1);
    }
    exit(0);
  }
  close(to_parent[1]);
  for (int i = 0; i < 2; i++) {
    recv(s, &byte, 1, MSG_DONTWAIT); /* takes the socket over */
    say(to_child[1], "x", 1);
    if (read(to_parent[0], &byte, 1) != 1) break;
  }
  int status;
  wait(&status);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
