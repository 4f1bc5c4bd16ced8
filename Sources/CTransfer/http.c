// SPDX-License-Identifier: Apache-2.0

#include "CTransfer.h"

#include <stdlib.h>
#include <string.h>

#include "curl.h"

const char *tp_http_load(void) { return load_curl(); }

#define ANSWER_LIMIT (1 << 20)

struct tp_http {
  CURL *easy;
  CURLM *multi;
  struct curl_slist *headers;
  int is_added;
  long status, retry_after;
  char error[CURL_ERROR_SIZE];
  char *answer;
  size_t answered;
};

static size_t take_answer(char *bytes, size_t size, size_t count, void *user) {
  struct tp_http *http = user;
  size_t length = size * count, room = ANSWER_LIMIT - http->answered;
  if (length > room) length = room;
  char *larger = length ? realloc(http->answer, http->answered + length) : NULL;
  if (larger) {
    http->answer = larger;
    memcpy(larger + http->answered, bytes, length);
    http->answered += length;
  }
  return size * count;
}

tp_http *tp_http_new(const char *url, const char *const *headers, const char *authorities, const char *certificate, long timeout) {
  struct tp_http *http = calloc(1, sizeof *http);
  if (!http) return NULL;
  http->easy = library.curl_easy_init();
  http->multi = library.curl_multi_init();
  if (!http->easy || !http->multi) goto failed;
  for (; *headers; headers++) {
    struct curl_slist *more = library.curl_slist_append(http->headers, *headers);
    if (!more) goto failed;
    http->headers = more;
  }
#define SET(option, value) \
  if (library.curl_easy_setopt(http->easy, option, value) != CURLE_OK) goto failed;
  SET(CURLOPT_URL, url)
  SET(CURLOPT_HTTPHEADER, http->headers)
  SET(CURLOPT_POST, 1L)
  SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1)
  SET(CURLOPT_NOSIGNAL, 1L)
  SET(CURLOPT_FOLLOWLOCATION, 0L)
  /* No proxy of the environment: its port would be closed. */
  SET(CURLOPT_NOPROXY, "*")
  SET(CURLOPT_CONNECTTIMEOUT_MS, timeout < 10000 ? timeout : 10000L)
  SET(CURLOPT_TIMEOUT_MS, timeout)
  SET(CURLOPT_TCP_KEEPALIVE, 1L)
  SET(CURLOPT_ERRORBUFFER, http->error)
  SET(CURLOPT_WRITEFUNCTION, take_answer)
  SET(CURLOPT_WRITEDATA, http)
  if (authorities) SET(CURLOPT_CAINFO, authorities)
  if (certificate) {
    SET(CURLOPT_SSLCERT, certificate)
    SET(CURLOPT_SSLKEY, certificate)
  }
  return http;
failed:
  tp_http_free(http);
  return NULL;
}

void tp_http_cancel(tp_http *http) {
  if (http->is_added) library.curl_multi_remove_handle(http->multi, http->easy);
  http->is_added = 0;
}

void tp_http_free(tp_http *http) {
  if (!http) return;
  if (http->easy) tp_http_cancel(http), library.curl_easy_cleanup(http->easy);
  if (http->multi) library.curl_multi_cleanup(http->multi);
  library.curl_slist_free_all(http->headers);
  free(http->answer);
  free(http);
}

void tp_http_begin(tp_http *http, const void *body, size_t length) {
  tp_http_cancel(http);
  http->answered = 0;
  http->status = http->retry_after = 0;
  http->error[0] = 0;
  library.curl_easy_setopt(http->easy, CURLOPT_POSTFIELDS, body);
  library.curl_easy_setopt(http->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
  http->is_added = library.curl_multi_add_handle(http->multi, http->easy) == CURLM_OK;
}

/* Takes the end of the request, if it has come. */
static int finish(tp_http *http) {
  int left;
  CURLMsg *message;
  while ((message = library.curl_multi_info_read(http->multi, &left))) {
    if (message->msg != CURLMSG_DONE) continue;
    CURLcode code = message->data.result;
    curl_off_t pause = 0;
    if (code == CURLE_OK) {
      library.curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &http->status);
      if (library.curl_easy_getinfo(http->easy, CURLINFO_RETRY_AFTER, &pause) == CURLE_OK) http->retry_after = (long)pause;
    } else if (!http->error[0]) {
      strncpy(http->error, library.curl_easy_strerror(code), sizeof http->error - 1);
    }
    tp_http_cancel(http);
    return 1;
  }
  return 0;
}

int tp_http_step(tp_http *http, int descriptor, int milliseconds) {
  if (!http->is_added) {
    strcpy(http->error, "the request cannot be begun");
    return 1;
  }
  int running;
  library.curl_multi_perform(http->multi, &running);
  if (finish(http)) return 1;
  struct curl_waitfd other = {.fd = descriptor, .events = CURL_WAIT_POLLIN};
  library.curl_multi_poll(http->multi, &other, 1, milliseconds, NULL);
  library.curl_multi_perform(http->multi, &running);
  return finish(http);
}

long tp_http_status(const tp_http *http) { return http->status; }
const char *tp_http_error(const tp_http *http) { return http->error; }
long tp_http_retry_after(const tp_http *http) { return http->retry_after; }

const char *tp_http_answer(const tp_http *http, size_t *length) {
  *length = http->answered;
  return http->answer;
}
