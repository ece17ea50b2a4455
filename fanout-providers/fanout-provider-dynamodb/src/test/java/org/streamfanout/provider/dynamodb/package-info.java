@NullMarked
package org.streamfanout.provider.dynamodb;

import org.jspecify.annotations.NullMarked;
