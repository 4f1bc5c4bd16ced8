// SPDX-License-Identifier: Apache-2.0

/* Messages of Kafka by librdkafka, which is loaded when the first output asks for it. */
#ifndef TP_KAFKA_H
#define TP_KAFKA_H

#include <stddef.h>

/// What sends messages to one topic.
typedef struct tp_kafka tp_kafka;

/// Loads librdkafka, once; NULL, or why it cannot be loaded. Nothing else here may be called before. It opens files and maps code.
const char *_Nullable tp_kafka_load(void);
/// Makes what sends to a topic; NULL, with a sentence in `reason`, when a setting is wrong. `settings` has pairs of names and
/// values, and ends with NULL.
tp_kafka *_Nullable tp_kafka_new(
  const char *_Nonnull topic, const char *_Nullable const *_Nonnull settings, char *_Nonnull reason, size_t size);
/// Gives up what was not delivered, and ends all connections.
void tp_kafka_free(tp_kafka *_Nullable kafka);
/// Begins a batch of messages: what becomes of each is in `results` once it is known, 0 for not yet.
void tp_kafka_begin(tp_kafka *_Nonnull kafka, unsigned char *_Nonnull results, size_t count);
/// Sends a message of the batch, whose bytes are copied; 0, or 1 when there is no room now.
int tp_kafka_send(
  tp_kafka *_Nonnull kafka, size_t number, const char *_Nonnull key, const void *_Nullable bytes, size_t length);
/// Waits for results, at most so long; returns how many messages have none.
size_t tp_kafka_wait(tp_kafka *_Nonnull kafka, int milliseconds);
/// Gives the batch up: messages without a result never get one.
void tp_kafka_abandon(tp_kafka *_Nonnull kafka);
/// The last error in words; empty when there was none since the batch began.
const char *_Nonnull tp_kafka_error(const tp_kafka *_Nonnull kafka);

/// What became of a message.
enum tp_kafka_result { TP_KAFKA_WAITS, TP_KAFKA_DELIVERED, TP_KAFKA_LATER, TP_KAFKA_REFUSED };

#endif
