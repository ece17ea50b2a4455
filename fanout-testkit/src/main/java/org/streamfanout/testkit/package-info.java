/** For tests of providers, hosts and everything that uses an engine. */
@NullMarked
package org.streamfanout.testkit;

import org.jspecify.annotations.NullMarked;
