/** The engine behind a Kafka consumer: poll loop, pauses and commits. */
@NullMarked
package org.streamfanout.kafka;

import org.jspecify.annotations.NullMarked;
