/** Delivery to Amazon SQS queues. */
@NullMarked
package org.streamfanout.provider.sqs;

import org.jspecify.annotations.NullMarked;
