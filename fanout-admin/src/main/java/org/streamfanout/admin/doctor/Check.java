package org.streamfanout.admin.doctor;

import java.util.function.Consumer;

/**
 * One look at one thing.
 *
 * @param name the check's name
 * @param subject what it looks at
 * @param look writes down what it sees; may throw, which makes it unknown
 */
record Check(String name, String subject, Consumer<Notes> look) {}
