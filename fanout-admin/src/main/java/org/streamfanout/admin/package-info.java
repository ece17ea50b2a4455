/**
 * What an operator does around a fan-out: rows of the targets table, and the names of an account's
 * streams and destinations. The command line is made of it; so can other tools be.
 */
@NullMarked
package org.streamfanout.admin;

import org.jspecify.annotations.NullMarked;
