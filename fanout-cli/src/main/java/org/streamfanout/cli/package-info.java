/** The {@code ./fanout} command: the engine, run by hand over captured events. */
@NullMarked
package org.streamfanout.cli;

import org.jspecify.annotations.NullMarked;
