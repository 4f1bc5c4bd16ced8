// SPDX-License-Identifier: Apache-2.0

#include "CTransfer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "curl.h"

const char *tp_secure_load(void) { return load_curl(); }

struct tp_secure {
  CURL *easy;
  /* The connection is in it: the transfer must stay there as long as bytes are sent. */
  CURLM *multi;
  curl_socket_t socket;
  char error[CURL_ERROR_SIZE];
};

tp_secure *tp_secure_new(const char *url, const char *authorities, const char *certificate, long timeout) {
  struct tp_secure *secure = calloc(1, sizeof *secure);
  if (!secure) return NULL;
  secure->socket = CURL_SOCKET_BAD;
  secure->easy = library.curl_easy_init();
  secure->multi = library.curl_multi_init();
  if (!secure->easy || !secure->multi) goto failed;
#define SET(option, value) \
  if (library.curl_easy_setopt(secure->easy, option, value) != CURLE_OK) goto failed;
  SET(CURLOPT_URL, url)
  SET(CURLOPT_CONNECT_ONLY, 1L)
  /* What is spoken is not HTTP. */
  SET(CURLOPT_SSL_ENABLE_ALPN, 0L)
  SET(CURLOPT_NOSIGNAL, 1L)
  /* No proxy of the environment: its port would be closed. */
  SET(CURLOPT_NOPROXY, "*")
  SET(CURLOPT_CONNECTTIMEOUT_MS, timeout)
  SET(CURLOPT_TCP_KEEPALIVE, 1L)
  SET(CURLOPT_ERRORBUFFER, secure->error)
  if (authorities) SET(CURLOPT_CAINFO, authorities)
  if (certificate) {
    SET(CURLOPT_SSLCERT, certificate)
    SET(CURLOPT_SSLKEY, certificate)
  }
  if (library.curl_multi_add_handle(secure->multi, secure->easy) != CURLM_OK) goto failed;
  return secure;
failed:
  tp_secure_free(secure);
  return NULL;
}

void tp_secure_free(tp_secure *secure) {
  if (!secure) return;
  if (secure->easy) {
    if (secure->multi) library.curl_multi_remove_handle(secure->multi, secure->easy);
    library.curl_easy_cleanup(secure->easy);
  }
  if (secure->multi) library.curl_multi_cleanup(secure->multi);
  free(secure);
}

static void note(tp_secure *secure, CURLcode code) {
  if (!secure->error[0]) strncpy(secure->error, library.curl_easy_strerror(code), sizeof secure->error - 1);
}

/* Takes the end of connecting, if it has come. */
static int finish(tp_secure *secure) {
  int left;
  CURLMsg *message;
  while ((message = library.curl_multi_info_read(secure->multi, &left))) {
    if (message->msg != CURLMSG_DONE) continue;
    if (message->data.result != CURLE_OK) {
      note(secure, message->data.result);
    } else if (library.curl_easy_getinfo(secure->easy, CURLINFO_ACTIVESOCKET, &secure->socket) != CURLE_OK) {
      secure->socket = CURL_SOCKET_BAD;
    }
    return 1;
  }
  return 0;
}

int tp_secure_step(tp_secure *secure, int descriptor, int milliseconds) {
  int running;
  library.curl_multi_perform(secure->multi, &running);
  if (finish(secure)) return 1;
  struct curl_waitfd other = {.fd = descriptor, .events = CURL_WAIT_POLLIN};
  library.curl_multi_poll(secure->multi, &other, 1, milliseconds, NULL);
  library.curl_multi_perform(secure->multi, &running);
  return finish(secure);
}

int tp_secure_socket(const tp_secure *secure) { return secure->socket == CURL_SOCKET_BAD ? -1 : (int)secure->socket; }
const char *tp_secure_error(const tp_secure *secure) { return secure->error; }

/* An error number for what became of sending or receiving. */
static long failed(tp_secure *secure, CURLcode code) {
  if (code == CURLE_AGAIN) return -EAGAIN;
  note(secure, code);
  return -EPROTO;
}

long tp_secure_send(tp_secure *secure, const void *bytes, size_t length) {
  size_t sent = 0;
  CURLcode code = library.curl_easy_send(secure->easy, bytes, length, &sent);
  return code == CURLE_OK ? (long)sent : failed(secure, code);
}

long tp_secure_receive(tp_secure *secure, void *bytes, size_t size) {
  size_t received = 0;
  CURLcode code = library.curl_easy_recv(secure->easy, bytes, size, &received);
  return code == CURLE_OK ? (long)received : failed(secure, code);
}
