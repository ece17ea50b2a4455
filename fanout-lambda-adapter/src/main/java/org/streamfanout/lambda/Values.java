package org.streamfanout.lambda;

import java.util.Arrays;

/** Numbers of one metric, in the order they came. Used under its owner's lock. */
final class Values {
  private double[] values = new double[8];
  private int size;

  void add(double value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, size * 2);
    }
    values[size++] = value;
  }

  int size() {
    return size;
  }

  double at(int index) {
    return values[index];
  }
}
