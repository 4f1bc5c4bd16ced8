// SPDX-License-Identifier: Apache-2.0

/* Connections of TLS by libcurl, for protocols other than HTTP. */
#ifndef TP_SECURE_H
#define TP_SECURE_H

#include <stddef.h>

/// A connection to a server.
typedef struct tp_secure tp_secure;

/// Loads libcurl, once; NULL, or why it cannot be loaded. Nothing else here may be called before. It opens files and maps code.
const char *_Nullable tp_secure_load(void);
/// Begins to connect to the host and the port of an https URL; NULL when there is no memory. `authorities` is a file of certificates in
/// PEM, NULL for the system's; `certificate` one with the client's certificate and its key, NULL for none.
tp_secure *_Nullable tp_secure_new(
  const char *_Nonnull url, const char *_Nullable authorities, const char *_Nullable certificate, long timeout_in_milliseconds);
/// Ends the connection.
void tp_secure_free(tp_secure *_Nullable secure);
/// Goes on with connecting until that is over (1), a descriptor is readable or the time is over (0).
int tp_secure_step(tp_secure *_Nonnull secure, int descriptor, int milliseconds);
/// The socket to wait for; -1 when there is no connection.
int tp_secure_socket(const tp_secure *_Nonnull secure);
/// Why there is no connection, or none any more.
const char *_Nonnull tp_secure_error(const tp_secure *_Nonnull secure);
/// Sends bytes; how many, -EAGAIN when there is no room, or another negative error number.
long tp_secure_send(tp_secure *_Nonnull secure, const void *_Nonnull bytes, size_t length);
/// Receives bytes; how many, 0 at the end, -EAGAIN when there are none, or another negative error number.
long tp_secure_receive(tp_secure *_Nonnull secure, void *_Nonnull bytes, size_t size);

#endif
