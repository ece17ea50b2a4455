package org.streamfanout.core.internal.pipeline;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The fields of one rule as a tree of names.
 *
 * @param members what is below, by name; empty for a leaf
 */
record FilterFields(Map<String, FilterFields> members) {
  /** Makes the tree of paths whose levels are separated by dots. */
  static FilterFields of(Set<String> paths) {
    FilterFields root = new FilterFields(new TreeMap<>());
    for (String path : paths) {
      FilterFields field = root;
      for (String name : path.split("\\.", -1)) {
        field = field.members.computeIfAbsent(name, absent -> new FilterFields(new TreeMap<>()));
      }
    }
    return root;
  }

  boolean isLeaf() {
    return members.isEmpty();
  }
}
