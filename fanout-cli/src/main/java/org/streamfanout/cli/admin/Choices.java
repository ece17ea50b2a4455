package org.streamfanout.cli.admin;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import org.streamfanout.core.registry.Providers;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.OnOpen;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Oversize;

/** What a shell offers where a value is one of a few; they are checked with the row, not here. */
abstract class Choices implements Iterable<String> {
  private final List<String> names;

  private Choices(List<String> names) {
    this.names = names;
  }

  private static List<String> names(Enum<?>... values) {
    return Arrays.stream(values).map(Enum::name).toList();
  }

  @Override
  public Iterator<String> iterator() {
    return names.iterator();
  }

  /** The types of target that there are, by every name. */
  static final class Types extends Choices {
    Types() {
      super(List.copyOf(new TreeSet<>(Providers.discover(List.of()).byName().keySet())));
    }
  }

  /** How records become one message. */
  static final class Collapses extends Choices {
    Collapses() {
      super(Arrays.stream(Collapse.values()).map(Collapse::column).toList());
    }
  }

  /** Which order is kept. */
  static final class Orderings extends Choices {
    Orderings() {
      super(names(Ordering.values()));
    }
  }

  /** What becomes of records that fail for good. */
  static final class Failures extends Choices {
    Failures() {
      super(names(OnFailure.values()));
    }
  }

  /** What becomes of records while a target is down. */
  static final class Outages extends Choices {
    Outages() {
      super(names(OnOpen.values()));
    }
  }

  /** What becomes of bodies that are too large. */
  static final class Oversizes extends Choices {
    Oversizes() {
      super(names(Oversize.values()));
    }
  }
}
