/** Where targets come from: memory, a JSON file, and a cache in front of any registry. */
@NullMarked
package org.streamfanout.core.registry;

import org.jspecify.annotations.NullMarked;
