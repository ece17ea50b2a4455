/** How workers do, for people and for programs: a page, a document of JSON, and a text. */
@NullMarked
package org.streamfanout.cli.status;

import org.jspecify.annotations.NullMarked;
