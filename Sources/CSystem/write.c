// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

long tp_write_now(int descriptor, const void *bytes, size_t length) {
  struct iovec part = {(void *)bytes, length};
  ssize_t written = pwritev2(descriptor, &part, 1, -1, RWF_NOWAIT);
  if (written >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL)) return written;
  /* An older kernel: a pipe that is writable takes this much without waiting (pipe(7)). */
  struct pollfd room = {.fd = descriptor, .events = POLLOUT};
  if (poll(&room, 1, 0) == 0) {
    errno = EAGAIN;
    return -1;
  }
  return write(descriptor, bytes, length < PIPE_BUF ? length : PIPE_BUF);
}
