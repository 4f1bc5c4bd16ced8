// SPDX-License-Identifier: Apache-2.0

#include "CKafka.h"

#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* The functions of librdkafka that are used, with the types of its header. */
#define FUNCTIONS(each)                                                                                                      \
  each(rd_kafka_conf_new) each(rd_kafka_conf_set) each(rd_kafka_conf_destroy) each(rd_kafka_conf_set_dr_msg_cb)              \
    each(rd_kafka_conf_set_error_cb) each(rd_kafka_conf_set_log_cb) each(rd_kafka_conf_set_opaque) each(rd_kafka_new)        \
      each(rd_kafka_topic_new) each(rd_kafka_topic_destroy) each(rd_kafka_produce) each(rd_kafka_poll) each(rd_kafka_purge)  \
        each(rd_kafka_destroy_flags) each(rd_kafka_err2str) each(rd_kafka_last_error)

#include "library.h"

static void load(void) {
  load_library("librdkafka.so.1", "librdkafka.so.1 is older than 1.0");
}

const char *tp_kafka_load(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return failure;
}

struct tp_kafka {
  rd_kafka_t *client;
  rd_kafka_topic_t *topic;
  unsigned char *results;
  size_t count, left;
  /* Distinguishes the batch from those that were given up, whose reports may still come. */
  uintptr_t batch;
  char error[256];
};

/* A message carries its number in the batch, and the batch in the upper half. */
#define HALF (sizeof(uintptr_t) * 4)

static void note(struct tp_kafka *kafka, const char *words) {
  strncpy(kafka->error, words, sizeof kafka->error - 1);
}

static void reported(rd_kafka_t *client, const rd_kafka_message_t *message, void *user) {
  (void)client;
  struct tp_kafka *kafka = user;
  uintptr_t name = (uintptr_t)message->_private;
  size_t number = name & (((uintptr_t)1 << HALF) - 1);
  if (name >> HALF != kafka->batch || number >= kafka->count || kafka->results[number]) return;
  kafka->left--;
  switch (message->err) {
  case RD_KAFKA_RESP_ERR_NO_ERROR: kafka->results[number] = TP_KAFKA_DELIVERED; return;
  case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
  case RD_KAFKA_RESP_ERR_INVALID_MSG:
  case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
  case RD_KAFKA_RESP_ERR_INVALID_RECORD: kafka->results[number] = TP_KAFKA_REFUSED; break;
  default: kafka->results[number] = TP_KAFKA_LATER;
  }
  if (!kafka->error[0] || kafka->results[number] == TP_KAFKA_REFUSED) note(kafka, library.rd_kafka_err2str(message->err));
}

static void failed(rd_kafka_t *client, int code, const char *reason, void *user) {
  (void)client, (void)code;
  struct tp_kafka *kafka = user;
  if (!kafka->error[0]) note(kafka, reason);
}

static void ignore(const rd_kafka_t *client, int level, const char *facility, const char *text) {
  (void)client, (void)level, (void)facility, (void)text;
}

tp_kafka *tp_kafka_new(const char *topic, const char *const *settings, char *reason, size_t size) {
  struct tp_kafka *kafka = calloc(1, sizeof *kafka);
  rd_kafka_conf_t *conf = library.rd_kafka_conf_new();
  *reason = 0;
  if (!kafka || !conf) goto failed;
  for (; settings[0] && settings[1]; settings += 2) {
    if (library.rd_kafka_conf_set(conf, settings[0], settings[1], reason, size) != RD_KAFKA_CONF_OK) goto failed;
  }
  library.rd_kafka_conf_set_opaque(conf, kafka);
  library.rd_kafka_conf_set_dr_msg_cb(conf, reported);
  library.rd_kafka_conf_set_error_cb(conf, failed);
  library.rd_kafka_conf_set_log_cb(conf, ignore);
  kafka->client = library.rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, size);
  if (!kafka->client) goto failed;
  conf = NULL;
  kafka->topic = library.rd_kafka_topic_new(kafka->client, topic, NULL);
  if (kafka->topic) return kafka;
  strncpy(reason, library.rd_kafka_err2str(library.rd_kafka_last_error()), size - 1);
failed:
  if (conf) library.rd_kafka_conf_destroy(conf);
  tp_kafka_free(kafka);
  return NULL;
}

void tp_kafka_free(tp_kafka *kafka) {
  if (!kafka) return;
  if (kafka->client) {
    tp_kafka_abandon(kafka);
    if (kafka->topic) library.rd_kafka_topic_destroy(kafka->topic);
    library.rd_kafka_destroy_flags(kafka->client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
  free(kafka);
}

void tp_kafka_begin(tp_kafka *kafka, unsigned char *results, size_t count) {
  kafka->results = results;
  kafka->count = count;
  kafka->left = 0;
  kafka->error[0] = 0;
  kafka->batch = (kafka->batch + 1) & (((uintptr_t)1 << HALF) - 1);
}

int tp_kafka_send(tp_kafka *kafka, size_t number, const char *key, const void *bytes, size_t length) {
  uintptr_t name = kafka->batch << HALF | number;
  kafka->results[number] = TP_KAFKA_WAITS;
  int code = library.rd_kafka_produce(
    kafka->topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, (void *)bytes, length, key, strlen(key), (void *)name);
  if (code == 0) {
    kafka->left++;
    return 0;
  }
  rd_kafka_resp_err_t error = library.rd_kafka_last_error();
  if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) return 1;
  note(kafka, library.rd_kafka_err2str(error));
  kafka->results[number] = error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ? TP_KAFKA_REFUSED : TP_KAFKA_LATER;
  return 0;
}

size_t tp_kafka_wait(tp_kafka *kafka, int milliseconds) {
  library.rd_kafka_poll(kafka->client, milliseconds);
  return kafka->left;
}

void tp_kafka_abandon(tp_kafka *kafka) {
  library.rd_kafka_purge(kafka->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  kafka->count = kafka->left = 0;
}

const char *tp_kafka_error(const tp_kafka *kafka) { return kafka->error; }
