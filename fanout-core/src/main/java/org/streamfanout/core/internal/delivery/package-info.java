/**
 * From messages to outcomes: lanes, workers, retries, dead letters. Not for use outside of this
 * module.
 */
@NullMarked
package org.streamfanout.core.internal.delivery;

import org.jspecify.annotations.NullMarked;
