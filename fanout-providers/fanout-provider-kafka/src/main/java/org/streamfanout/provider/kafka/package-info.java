/** Delivery to topics of Kafka, Amazon MSK's among them. */
@NullMarked
package org.streamfanout.provider.kafka;

import org.jspecify.annotations.NullMarked;
