/** Finds out why records do not arrive, or will not, before they do not. Reads and never writes. */
@NullMarked
package org.streamfanout.admin.doctor;

import org.jspecify.annotations.NullMarked;
