// SPDX-License-Identifier: Apache-2.0

/* Requests of HTTP by libcurl, which is loaded when the first output asks for it: it brings two dozen libraries along, and a tracer
   without such an output has none of them. */
#ifndef TP_TRANSFER_H
#define TP_TRANSFER_H

#include "CKafka.h"
#include "CSecure.h"

#include <stddef.h>

/// One connection to a server, and the request that is under way on it.
typedef struct tp_http tp_http;

/// Loads libcurl, once; NULL, or why it cannot be loaded. Nothing else here may be called before. It opens files and maps code.
const char *_Nullable tp_http_load(void);
/// Makes what sends requests to a URL; NULL when there is no memory. `headers` ends with NULL, and `authorities` is a file of
/// certificates in PEM, NULL for the system's; `certificate` one with the client's certificate and its key, NULL for none.
tp_http *_Nullable tp_http_new(
  const char *_Nonnull url, const char *_Nullable const *_Nonnull headers, const char *_Nullable authorities,
  const char *_Nullable certificate, long timeout_in_milliseconds);
void tp_http_free(tp_http *_Nullable http);
/// Begins a POST request; the body must stay where it is until the request is over.
void tp_http_begin(tp_http *_Nonnull http, const void *_Nullable body, size_t length);
/// Goes on with the request until it is over (1), a descriptor is readable or the time is over (0).
int tp_http_step(tp_http *_Nonnull http, int descriptor, int milliseconds);
/// Gives the request up, and its connection.
void tp_http_cancel(tp_http *_Nonnull http);
/// The status of the answer; 0 when there is none.
long tp_http_status(const tp_http *_Nonnull http);
/// Why there is no answer.
const char *_Nonnull tp_http_error(const tp_http *_Nonnull http);
/// How many seconds the server wants to be left alone; 0 when it does not say.
long tp_http_retry_after(const tp_http *_Nonnull http);
/// The first bytes of the answer's body, at most 1 MiB.
const char *_Nullable tp_http_answer(const tp_http *_Nonnull http, size_t *_Nonnull length);

#endif
