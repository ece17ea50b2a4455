package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test whose thread still holds a lock: whoever came next would wait for ever. */
public final class NoLockLeft implements AfterEachCallback {
  @Override
  public void afterEach(ExtensionContext context) {
    long[] self = {Thread.currentThread().getId()};
    ThreadInfo info = ManagementFactory.getThreadMXBean().getThreadInfo(self, false, true)[0];
    assertThat(info.getLockedSynchronizers()).as("locks that are held").isEmpty();
  }
}
