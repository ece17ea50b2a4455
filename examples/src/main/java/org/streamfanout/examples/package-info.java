/**
 * Complete programs that use the library: an engine in ten lines, a runtime of one's own, plain and
 * in Spring, and the averages of a batch in a Lambda function.
 */
@NullMarked
package org.streamfanout.examples;

import org.jspecify.annotations.NullMarked;
