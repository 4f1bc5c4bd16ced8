// SPDX-License-Identifier: Apache-2.0

// A process that starts a program, again whenever it is asked to, and hands its pipes over.
//
// The tracer gives up starting programs before it reads anything from outside. What may go on to start one is this
// process, which has the program's user and no privileges, and does nothing else.

#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct message {
  int32_t kind;
  int32_t number;
};

static void tell(int control, int32_t kind, int32_t number, const int *files) {
  struct message message = {kind, number};
  struct iovec part = {&message, sizeof message};
  union {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(2 * sizeof(int))];
  } rights;
  struct msghdr whole = {.msg_iov = &part, .msg_iovlen = 1};
  if (files) {
    memset(&rights, 0, sizeof rights);
    whole.msg_control = rights.bytes;
    whole.msg_controllen = sizeof rights.bytes;
    struct cmsghdr *head = CMSG_FIRSTHDR(&whole);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(2 * sizeof(int));
    memcpy(CMSG_DATA(head), files, 2 * sizeof(int));
  }
  while (sendmsg(control, &whole, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

int tp_next_child(int control, struct tp_child *child) {
  struct message message;
  struct iovec part = {&message, sizeof message};
  union {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(2 * sizeof(int))];
  } rights;
  struct msghdr whole = {
      .msg_iov = &part,
      .msg_iovlen = 1,
      .msg_control = rights.bytes,
      .msg_controllen = sizeof rights.bytes};
  ssize_t length = recvmsg(control, &whole, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (length < 0) return errno == EAGAIN || errno == EINTR ? 0 : -1;
  if (length != sizeof message) return -1;
  child->kind = message.kind;
  child->number = message.number;
  child->input = child->output = -1;
  struct cmsghdr *head = CMSG_FIRSTHDR(&whole);
  if (head && head->cmsg_type == SCM_RIGHTS && head->cmsg_len == CMSG_LEN(2 * sizeof(int))) {
    int files[2];
    memcpy(files, CMSG_DATA(head), sizeof files);
    child->input = files[0];
    child->output = files[1];
    fcntl(child->input, F_SETFL, O_NONBLOCK);
    fcntl(child->output, F_SETFL, O_NONBLOCK);
  }
  return 1;
}

// What every process here is held to: no privileges. That the tracer is gone shows at the control socket, so that there is
// time to end the program with all that it started.
static void confine(uid_t user, gid_t group) {
  if (geteuid() == 0) {
    tp_bound_capabilities(0);
    if (setgroups(0, NULL) || setresgid(group, group, group) || setresuid(user, user, user))
      _exit(126);
  }
  tp_no_new_privileges();
  prctl(PR_SET_DUMPABLE, 0);
}

static void run(const char *program, int input, int output, int failure) {
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigset_t nothing;
  sigemptyset(&nothing);
  sigprocmask(SIG_SETMASK, &nothing, NULL);
  if (dup2(input, 0) == 0 && dup2(output, 1) == 1)
    execv(program, (char *const[]){(char *)program, NULL});
  int code = errno;
  (void)!write(failure, &code, sizeof code);
  _exit(127);
}

// Starts the program once: its process, or -1.
static pid_t start(const char *program, int control) {
  int input[2] = {-1, -1}, output[2] = {-1, -1}, failure[2] = {-1, -1};
  pid_t child = -1;
  int code = 0;
  if (pipe2(input, O_CLOEXEC) || pipe2(output, O_CLOEXEC) || pipe2(failure, O_CLOEXEC) ||
      (child = fork()) < 0) {
    code = errno;
  } else if (child == 0) {
    close(control);
    run(program, input[0], output[1], failure[1]);
  } else {
    close(failure[1]);
    failure[1] = -1;
    while (read(failure[0], &code, sizeof code) < 0 && errno == EINTR) {
    }
  }
  if (code) {
    tell(control, TP_CHILD_REFUSED, code, NULL);
    if (child > 0) waitpid(child, NULL, 0);
    child = -1;
  } else {
    tell(control, TP_CHILD_STARTED, child, (int[]){input[1], output[0]});
  }
  for (int end = 0; end < 2; end++) {
    if (input[end] >= 0) close(input[end]);
    if (output[end] >= 0) close(output[end]);
    if (failure[end] >= 0) close(failure[end]);
  }
  return child;
}

static void watch(const char *program, int control) {
  pid_t child = -1;
  int ending = -1;
  for (;;) {
    struct pollfd files[2] = {{control, POLLIN, 0}, {ending, POLLIN, 0}};
    if (poll(files, 2, -1) < 0 && errno != EINTR) break;
    if (files[1].revents) {
      int status = 0;
      // What it started goes with it.
      kill(-child, SIGKILL);
      waitpid(child, &status, 0);
      close(ending);
      child = ending = -1;
      tell(control, TP_CHILD_ENDED, status, NULL);
    }
    if (!files[0].revents) continue;
    char order;
    ssize_t length = recv(control, &order, 1, MSG_DONTWAIT);
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (length <= 0) break;
    if (order == 'k' && child > 0) kill(-child, SIGKILL);
    if (order == 's' && child < 0) {
      child = start(program, control);
      if (child > 0) ending = (int)syscall(SYS_pidfd_open, child, 0);
      if (child > 0 && ending < 0) break;
    }
  }
  if (child > 0) kill(-child, SIGKILL);
}

int tp_start_nursery(const char *program, unsigned user, unsigned group, int *control) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) return -1;
  pid_t nursery = fork();
  if (nursery < 0) {
    int code = errno;
    close(ends[0]);
    close(ends[1]);
    errno = code;
    return -1;
  }
  if (nursery > 0) {
    close(ends[1]);
    *control = ends[0];
    return nursery;
  }
  prctl(PR_SET_NAME, "tracee-nursery");
  // Only errors of the program, and the tracer, are left.
  int nothing = open("/dev/null", O_RDWR);
  dup2(nothing, 0);
  dup2(nothing, 1);
  dup2(ends[1], 3);
  syscall(SYS_close_range, 4, ~0u, 0);
  fcntl(3, F_SETFD, FD_CLOEXEC);
  (void)!chdir("/");
  signal(SIGINT, SIG_IGN);
  signal(SIGTERM, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  signal(SIGQUIT, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGCHLD, SIG_DFL);
  confine(user, group);
  watch(program, 3);
  _exit(0);
}
