/** Trace context of records, by OpenTelemetry. */
@NullMarked
package org.streamfanout.opentelemetry;

import org.jspecify.annotations.NullMarked;
