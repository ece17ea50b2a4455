@NullMarked
package org.streamfanout.provider.kafka;

import org.jspecify.annotations.NullMarked;
