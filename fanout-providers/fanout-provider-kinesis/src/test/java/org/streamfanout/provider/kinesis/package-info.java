@NullMarked
package org.streamfanout.provider.kinesis;

import org.jspecify.annotations.NullMarked;
