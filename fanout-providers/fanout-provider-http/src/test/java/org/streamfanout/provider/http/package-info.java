@NullMarked
package org.streamfanout.provider.http;

import org.jspecify.annotations.NullMarked;
