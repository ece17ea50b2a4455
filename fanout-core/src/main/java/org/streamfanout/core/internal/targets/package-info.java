/**
 * From rows to targets that can be used: what a registry cannot know, because it takes the
 * providers, the host's transforms and the source's other rows. Not for use outside of this module.
 */
@NullMarked
package org.streamfanout.core.internal.targets;

import org.jspecify.annotations.NullMarked;
