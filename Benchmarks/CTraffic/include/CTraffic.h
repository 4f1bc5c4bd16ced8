#pragma once
#include <sys/types.h>

/// What the sender did so far.
struct ct_counts {
  long packets;
  long processor_time; /* that the sender had, in nanoseconds */
};

/// Datagrams on loopback: a process that sends them as fast as it can, and one that receives them, on a processor each.
struct ct_traffic {
  pid_t sender, receiver;
  volatile struct ct_counts *_Nullable counts; /* shared with the sender */
};

/// Starts both, and returns when packets flow. They end with the process that started them.
///
/// `received` 0: nobody reads what arrives, and the kernel drops it when the socket's buffer is full. -1 with errno on
/// failure.
int ct_start(struct ct_traffic *_Nonnull traffic, size_t size, int received);

/// What the sender did so far.
struct ct_counts ct_sample(const struct ct_traffic *_Nonnull traffic);

/// Ends both.
void ct_stop(struct ct_traffic *_Nonnull traffic);
