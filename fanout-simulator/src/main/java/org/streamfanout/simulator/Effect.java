package org.streamfanout.simulator;

/**
 * A record that took effect at a destination.
 *
 * @param send what carried it
 * @param item the record
 * @param stray whether it came after its send was over, such as from a process that was killed
 */
record Effect(Send send, Item item, boolean stray) {}
