@NullMarked
package org.streamfanout.provider.sns;

import org.jspecify.annotations.NullMarked;
