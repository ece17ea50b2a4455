/** What is uploaded to AWS Lambda: the handler with registry, providers and metrics. */
@NullMarked
package org.streamfanout.lambda.function;

import org.jspecify.annotations.NullMarked;
