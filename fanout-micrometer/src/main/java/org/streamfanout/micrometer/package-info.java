/** The numbers of an engine as Micrometer's meters. */
@NullMarked
package org.streamfanout.micrometer;

import org.jspecify.annotations.NullMarked;
