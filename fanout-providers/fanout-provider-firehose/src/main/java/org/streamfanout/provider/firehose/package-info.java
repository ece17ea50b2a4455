/** Delivery to Amazon Data Firehose streams. */
@NullMarked
package org.streamfanout.provider.firehose;

import org.jspecify.annotations.NullMarked;
