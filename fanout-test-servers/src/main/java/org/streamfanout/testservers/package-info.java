/** Real servers for integration tests, each on a free port of 127.0.0.1. */
@NullMarked
package org.streamfanout.testservers;

import org.jspecify.annotations.NullMarked;
