// SPDX-License-Identifier: Apache-2.0

/* As much of io_uring as one operation at a time needs. */
#pragma once
#include <linux/io_uring.h>

struct ring {
  int descriptor;
  unsigned setup;
  unsigned *head, *tail, *mask, *places, *flags; /* of what is asked */
  unsigned *done_head, *done_tail, *done_mask;
  struct io_uring_sqe *asked;
  struct io_uring_cqe *done;
};

/* Makes a ring with these IORING_SETUP_ flags; ends the program when it cannot be had. */
void ring_open(struct ring *ring, unsigned setup);

/* Does one operation, with these IOSQE_ flags, and gives its result; negative with errno when it failed. */
long ring_do(struct ring *ring, int operation, int descriptor, void *bytes, unsigned length, unsigned flags);

/* Makes an Internet socket of this type, as io_uring's own worker. */
int ring_socket(struct ring *ring, int type);
