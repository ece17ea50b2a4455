@NullMarked
package org.streamfanout.simulator;

import org.jspecify.annotations.NullMarked;
