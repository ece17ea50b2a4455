/** What targets have settled, in a DynamoDB table that all processes share. */
@NullMarked
package org.streamfanout.progress.dynamodb;

import org.jspecify.annotations.NullMarked;
