/**
 * What users implement, and the values that it speaks in: destinations ({@link
 * org.streamfanout.spi.TargetProvider}, {@link org.streamfanout.spi.TargetSender}), where targets
 * come from ({@link org.streamfanout.spi.TargetRegistry}), what happens to a record on the way
 * ({@link org.streamfanout.spi.RecordTransform}, {@link org.streamfanout.spi.BatchTransform}) and
 * who watches ({@link org.streamfanout.spi.FanoutListener}).
 */
@NullMarked
package org.streamfanout.spi;

import org.jspecify.annotations.NullMarked;
