@NullMarked
package org.streamfanout.provider.redis;

import org.jspecify.annotations.NullMarked;
