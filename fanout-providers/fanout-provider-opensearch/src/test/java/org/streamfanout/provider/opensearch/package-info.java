@NullMarked
package org.streamfanout.provider.opensearch;

import org.jspecify.annotations.NullMarked;
