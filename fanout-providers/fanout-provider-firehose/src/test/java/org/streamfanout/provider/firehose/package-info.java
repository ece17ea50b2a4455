@NullMarked
package org.streamfanout.provider.firehose;

import org.jspecify.annotations.NullMarked;
