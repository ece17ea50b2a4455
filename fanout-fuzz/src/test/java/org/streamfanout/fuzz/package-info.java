/** Fuzz tests; the corpus beside them runs as plain tests in every build. */
@org.jspecify.annotations.NullMarked
package org.streamfanout.fuzz;
