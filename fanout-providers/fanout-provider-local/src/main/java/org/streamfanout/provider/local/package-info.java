/** Delivers to files and to the console of the machine that runs the engine. */
@NullMarked
package org.streamfanout.provider.local;

import org.jspecify.annotations.NullMarked;
