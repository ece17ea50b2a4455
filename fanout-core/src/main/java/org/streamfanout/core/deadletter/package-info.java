/** Dead letters: the records that a target did not take, as JSON, written and read back. */
@NullMarked
package org.streamfanout.core.deadletter;

import org.jspecify.annotations.NullMarked;
