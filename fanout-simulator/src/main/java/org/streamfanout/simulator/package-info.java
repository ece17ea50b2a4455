/**
 * A deterministic simulation of hosts, destinations and their faults around the real engine. Start
 * at {@link org.streamfanout.simulator.Simulation}.
 */
@NullMarked
package org.streamfanout.simulator;

import org.jspecify.annotations.NullMarked;
