/**
 * The engine behind the Kinesis Client Library: shard processors, checkpoints and a ready worker.
 */
@NullMarked
package org.streamfanout.kcl;

import org.jspecify.annotations.NullMarked;
