/**
 * What every AWS destination needs: clients and credentials, destinations checked strictly, and
 * what an AWS failure means.
 */
@NullMarked
package org.streamfanout.aws;

import org.jspecify.annotations.NullMarked;
