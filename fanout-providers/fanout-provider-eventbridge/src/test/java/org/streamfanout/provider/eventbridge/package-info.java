@NullMarked
package org.streamfanout.provider.eventbridge;

import org.jspecify.annotations.NullMarked;
