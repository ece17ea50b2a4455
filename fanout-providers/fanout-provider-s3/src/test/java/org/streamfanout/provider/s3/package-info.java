@NullMarked
package org.streamfanout.provider.s3;

import org.jspecify.annotations.NullMarked;
