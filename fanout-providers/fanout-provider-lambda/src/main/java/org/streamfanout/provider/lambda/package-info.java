/** Delivery to AWS Lambda. */
@NullMarked
package org.streamfanout.provider.lambda;

import org.jspecify.annotations.NullMarked;
