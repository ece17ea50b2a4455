@NullMarked
package org.streamfanout.aws;

import org.jspecify.annotations.NullMarked;
