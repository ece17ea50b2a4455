/**
 * What is remembered from one call of an engine to the next; for the engine alone.
 *
 * <p>Not API: it may change at any time.
 */
@NullMarked
package org.streamfanout.core.internal.progress;

import org.jspecify.annotations.NullMarked;
