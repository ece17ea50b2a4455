/** The engine behind an AWS Lambda handler: events in, batch responses and metrics out. */
@NullMarked
package org.streamfanout.lambda;

import org.jspecify.annotations.NullMarked;
