/** Kafka's records as every host hands them over: one identity, one key, one source. */
@NullMarked
package org.streamfanout.core.kafka;

import org.jspecify.annotations.NullMarked;
