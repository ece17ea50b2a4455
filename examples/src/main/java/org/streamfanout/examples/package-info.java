/**
 * Complete programs that use the library: an engine in ten lines, and a destination of one's own.
 */
@NullMarked
package org.streamfanout.examples;

import org.jspecify.annotations.NullMarked;
