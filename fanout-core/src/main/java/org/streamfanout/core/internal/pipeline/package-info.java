/**
 * From source records to messages: decoding, filters, transforms, collapse. Not for use outside of
 * this module.
 */
@NullMarked
package org.streamfanout.core.internal.pipeline;

import org.jspecify.annotations.NullMarked;
