/**
 * What hosts call: an engine takes ordered batches of records and answers what became of them at
 * every target.
 */
@NullMarked
package org.streamfanout.core;

import org.jspecify.annotations.NullMarked;
