/** The commands that change what a fan-out runs by, in the words of aws-lambda-fanout. */
@NullMarked
package org.streamfanout.cli.admin;

import org.jspecify.annotations.NullMarked;
