/**
 * Benchmarks, each beside its peer. A benchmark class has the methods {@code ours} and {@code
 * peer}, with the same parameters; {@link org.streamfanout.benchmarks.BenchmarkReport} pairs them.
 */
@NullMarked
package org.streamfanout.benchmarks;

import org.jspecify.annotations.NullMarked;
