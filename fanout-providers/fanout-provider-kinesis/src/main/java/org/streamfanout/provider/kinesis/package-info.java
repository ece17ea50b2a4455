/** Delivery to Kinesis data streams. */
@NullMarked
package org.streamfanout.provider.kinesis;

import org.jspecify.annotations.NullMarked;
