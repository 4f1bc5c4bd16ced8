// SPDX-License-Identifier: Apache-2.0

#pragma once
#include <sys/types.h>

/// What the sender did so far.
struct ct_counts {
  long packets;
  long processor_time; /* that the sender had, in nanoseconds */
  int is_ending;       /* the sender is to stop before its next packets */
};

/// Datagrams on loopback: a process that sends them, and one that receives them, on a processor each.
struct ct_traffic {
  pid_t sender, receiver;
  int door;            /* the socket that they are sent to */
  unsigned short port; /* its number */
  volatile struct ct_counts *_Nullable counts; /* shared with the sender */
};

/// Opens the socket that the datagrams will arrive at. -1 with errno on failure.
int ct_open(struct ct_traffic *_Nonnull traffic);

/// Starts both processes, and returns when packets flow. They end with the process that started them.
///
/// `received` 0: nobody reads what arrives, and the kernel drops it when the socket's buffer is full. `rate`: packets a
/// second; 0: as fast as one processor can. -1 with errno on failure.
int ct_start(struct ct_traffic *_Nonnull traffic, size_t size, int received, long rate);

/// What the sender did so far.
struct ct_counts ct_sample(const struct ct_traffic *_Nonnull traffic);

/// Ends the sender between two packets, and gives what it did, exactly.
struct ct_counts ct_finish(struct ct_traffic *_Nonnull traffic);

/// Ends both.
void ct_stop(struct ct_traffic *_Nonnull traffic);

/// Gives back the memory, or the disk, of a part of a file, which reads as zeros from then on.
void ct_give_back(int file, off_t from, off_t to);

/// Starts a process, the leader of its group, that holds so many sockets (`kind` 0), connections with both their ends (1), threads
/// (2) or processes (3) of its group, each of which has sent a byte on loopback. It ends with the process that started it. -1 with
/// errno on failure.
pid_t ct_hold(int kind, int count);
