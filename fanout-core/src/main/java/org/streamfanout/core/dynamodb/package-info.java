/** DynamoDB attribute values as JSON, and table changes as records. */
@NullMarked
package org.streamfanout.core.dynamodb;

import org.jspecify.annotations.NullMarked;
