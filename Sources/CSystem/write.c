// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
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

int tp_sealed_memory(const void *bytes, size_t length) {
  int file = memfd_create("journal-entry", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (file < 0) return -1;
  const char *rest = bytes;
  while (length > 0) {
    ssize_t written = write(file, rest, length);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) goto failed;
    rest += written;
    length -= (size_t)written;
  }
  if (fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0) return file;
failed:;
  int reason = errno;
  close(file);
  errno = reason;
  return -1;
}

int tp_send_descriptor(int socket, int descriptor) {
  union {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr header;
  } control = {.header = {.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
  memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
  struct msghdr message = {.msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -1 : 0;
}
