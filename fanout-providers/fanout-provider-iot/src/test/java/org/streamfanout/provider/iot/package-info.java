@NullMarked
package org.streamfanout.provider.iot;

import org.jspecify.annotations.NullMarked;
