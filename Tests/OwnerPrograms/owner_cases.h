// SPDX-License-Identifier: Apache-2.0

/* Programs that send and receive in the ways that make it hard to tell whose a packet is. Each is a word on the command line. */
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The users that the programs become; none of them needs an account. */
enum { USER_A = 1000, USER_B = 2000, USER_C = 3000 };

/* Gives `code` back, or ends the program with the system's word for why when it is negative. */
long must(long code, const char *what);

/* Gives this thread a name and, unless it is 0, a user: by the system call itself, which changes no other thread. */
void become(const char *name, uid_t user);

/* Writes one line, at once. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Waits for a line from standard input; ends the program when there comes none any more. */
void wait_for_word(void);

struct sockaddr_in ipv4_of(const char *address, const char *port);

/* A socket that is bound to an address, or connected to it. */
int bound(int type, const char *address, const char *port);
int connected(int type, const char *address, const char *port);

/* Bytes that differ from those of no other program: only how many they are says who sent them. */
extern const char letters[64];

/* The cases. Each takes what stands behind its name on the command line. */
int share(int count, char **words);
int serve(int count, char **words);
int request(int count, char **words);
int echo(int count, char **words);
int drain(int count, char **words);
int send_by_turns(int count, char **words);
int ask_by_turns(int count, char **words);
int send_by_ring(int count, char **words);
int leave_namespace(int count, char **words);
int fill_option_memory(int count, char **words);
int disguise(int count, char **words);
int give_verdicts(int count, char **words);
int send_renamed_by_all(int count, char **words);
