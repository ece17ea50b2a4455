@NullMarked
package org.streamfanout.provider.memcached;

import org.jspecify.annotations.NullMarked;
