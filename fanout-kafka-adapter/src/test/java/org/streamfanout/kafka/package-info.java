@NullUnmarked
package org.streamfanout.kafka;

import org.jspecify.annotations.NullUnmarked;
