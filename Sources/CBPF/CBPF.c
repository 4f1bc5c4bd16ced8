// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "CBPF.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const unsigned char tp_bpf_object_bytes[];
extern const unsigned long tp_bpf_object_length;

const void *tp_bpf_object(size_t *length) {
  *length = tp_bpf_object_length;
  return tp_bpf_object_bytes;
}

/* A verifier's log can be megabytes; what matters stands at its end. Each thread has its own. */
static _Thread_local char log_text[8192];
static _Thread_local size_t log_length;

static int keep_log(enum libbpf_print_level level, const char *format, va_list arguments) {
  char *line;
  if (level == LIBBPF_DEBUG) return 0;
  int length = vasprintf(&line, format, arguments);
  if (length < 0) return 0;
  size_t size = (size_t)length;
  const char *from = line;
  if (size > sizeof log_text - 1) {
    from += size - (sizeof log_text - 1);
    size = sizeof log_text - 1;
  }
  if (log_length + size > sizeof log_text - 1) {
    size_t drop = log_length + size - (sizeof log_text - 1);
    memmove(log_text, log_text + drop, log_length - drop);
    log_length -= drop;
  }
  memcpy(log_text + log_length, from, size);
  log_length += size;
  log_text[log_length] = 0;
  free(line);
  return 0;
}

void tp_capture_log(void) {
  log_length = 0;
  log_text[0] = 0;
  libbpf_set_print(keep_log);
}

const char *tp_captured_log(void) { return log_text; }

int tp_possible_cpus(void) {
  int count = libbpf_num_possible_cpus();
  return count > 0 ? count : 1;
}
