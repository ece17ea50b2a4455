package org.streamfanout.core;

import org.streamfanout.spi.ProgressStore;
import org.streamfanout.testkit.ProgressStoreKit;

class InMemoryProgressStoreKitTest extends ProgressStoreKit {
  private final InMemoryProgressStore store = InMemoryProgressStore.create();

  @Override
  protected ProgressStore open() {
    return store;
  }
}
