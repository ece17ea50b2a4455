@NullMarked
package org.streamfanout.testkit;

import org.jspecify.annotations.NullMarked;
