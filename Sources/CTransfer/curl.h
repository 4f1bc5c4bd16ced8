// SPDX-License-Identifier: Apache-2.0

/* libcurl, loaded when it is needed. */
#include <curl/curl.h>
#include <pthread.h>

/* The functions that are used, with the types of its header. */
#define FUNCTIONS(each)                                                                                                  \
  each(curl_global_init) each(curl_easy_init) each(curl_easy_setopt) each(curl_easy_getinfo) each(curl_easy_cleanup)     \
    each(curl_easy_strerror) each(curl_easy_send) each(curl_easy_recv) each(curl_slist_append) each(curl_slist_free_all) \
      each(curl_multi_init) each(curl_multi_add_handle) each(curl_multi_remove_handle) each(curl_multi_perform)          \
        each(curl_multi_poll) each(curl_multi_info_read) each(curl_multi_cleanup)

/* The header wraps some of them in macros that check types. */
#undef curl_easy_setopt
#undef curl_easy_getinfo

#include "library.h"

static void start_curl(void) {
  if (!load_library("libcurl.so.4", "libcurl.so.4 is older than 7.66")) return;
  if (library.curl_global_init(CURL_GLOBAL_DEFAULT) != 0) failure = "libcurl.so.4 does not start";
}

/* Loads it, once; NULL, or why it cannot be loaded. */
static const char *load_curl(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, start_curl);
  return failure;
}
