@NullMarked
package org.streamfanout.provider.lambda;

import org.jspecify.annotations.NullMarked;
