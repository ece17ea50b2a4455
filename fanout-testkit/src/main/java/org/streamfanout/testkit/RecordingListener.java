package org.streamfanout.testkit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.streamfanout.spi.FanoutListener;

/** Keeps every event in the order in which it came. Thread-safe. */
public final class RecordingListener implements FanoutListener {
  private final List<Record> events = new CopyOnWriteArrayList<>();

  @Override
  public void sent(SendEvent event) {
    events.add(event);
  }

  @Override
  public void retrying(RetryEvent event) {
    events.add(event);
  }

  @Override
  public void settled(TargetEvent event) {
    events.add(event);
  }

  @Override
  public void finished(FanoutEvent event) {
    events.add(event);
  }

  @Override
  public void progress(ProgressEvent event) {
    events.add(event);
  }

  /** Returns every event. */
  public List<Record> events() {
    return List.copyOf(events);
  }

  /** Returns the events of one kind, such as {@code SendEvent.class}. */
  public <E extends Record> List<E> events(Class<E> kind) {
    return events.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
