// SPDX-License-Identifier: Apache-2.0

/*
 * A 32-bit program that sends two datagrams of five bytes to 127.0.0.1, port 7001, one by write and one by send, named km-narrow.
 * It calls the kernel itself, so that it can be built without a 32-bit libc.
 */
struct address {
  unsigned short family, port;
  unsigned host;
  unsigned char rest[8];
};

static long call(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
  return result;
}

enum { nr_exit = 1, nr_write = 4, nr_socketcall = 102, nr_prctl = 172 };
enum { call_socket = 1, call_connect = 3, call_send = 9 };

void _start(void) {
  struct address to = {.family = 2, .port = (unsigned short)((7001 & 0xff) << 8 | 7001 >> 8), .host = 0x0100007f};
  long opening[] = {2, 2, 0};
  call(nr_prctl, 15, (long)"km-narrow", 0);
  long s = call(nr_socketcall, call_socket, (long)opening, 0);
  long connecting[] = {s, (long)&to, sizeof to};
  long sending[] = {s, (long)"hello", 5, 0};
  int good = call(nr_socketcall, call_connect, (long)connecting, 0) == 0;
  good = good && call(nr_write, s, (long)"hello", 5) == 5;
  good = good && call(nr_socketcall, call_send, (long)sending, 0) == 5;
  call(nr_exit, !good, 0, 0);
  __builtin_unreachable();
}
