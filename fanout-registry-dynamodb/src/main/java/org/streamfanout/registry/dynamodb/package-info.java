/** Targets from the DynamoDB table of aws-lambda-fanout. */
@NullMarked
package org.streamfanout.registry.dynamodb;

import org.jspecify.annotations.NullMarked;
