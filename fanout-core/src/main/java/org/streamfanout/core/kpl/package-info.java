/** Reading the aggregated records of the Kinesis Producer Library. */
@NullMarked
package org.streamfanout.core.kpl;

import org.jspecify.annotations.NullMarked;
