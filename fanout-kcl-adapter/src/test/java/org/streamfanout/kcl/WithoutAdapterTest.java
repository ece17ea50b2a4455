package org.streamfanout.kcl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.testkit.InMemoryTarget;

/** On a class path without the adapter, which is optional. */
final class WithoutAdapterTest {

  /** Loads this package anew, and finds nothing of the adapter. */
  private static final class Hiding extends ClassLoader {
    Hiding(ClassLoader parent) {
      super(parent);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("com.amazonaws.services.dynamodbv2.streamsadapter.")) {
        throw new ClassNotFoundException(name);
      }
      if (!name.startsWith("org.streamfanout.kcl.")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded == null ? define(name) : loaded;
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  private static Object worker(FanoutEngine engine, String builder, Object... arguments)
      throws ReflectiveOperationException {
    Class<?> worker =
        Class.forName(
            FanoutWorker.class.getName(), true, new Hiding(FanoutWorker.class.getClassLoader()));
    Method start =
        arguments.length == 1
            ? worker.getMethod(builder, FanoutEngine.class, String.class)
            : worker.getMethod(builder, FanoutEngine.class, String.class, String.class);
    return arguments.length == 1
        ? start.invoke(null, engine, arguments[0])
        : start.invoke(null, engine, arguments[0], arguments[1]);
  }

  private static FanoutEngine engine() {
    return FanoutEngine.builder()
        .registry(new InMemoryTargetRegistry())
        .provider(new InMemoryTarget())
        .build();
  }

  @Test
  void build_workerOfATable_namesWhatIsMissing() throws ReflectiveOperationException {
    try (FanoutEngine engine = engine()) {
      Object builder = worker(engine, "tableBuilder", "app", StreamStandIn.ARN);
      Throwable failure = null;
      try {
        builder.getClass().getMethod("build").invoke(builder);
      } catch (InvocationTargetException e) {
        failure = e.getCause();
      }

      assertThat(failure)
          .isInstanceOf(FanoutException.class)
          .hasMessageContaining("com.amazonaws:dynamodb-streams-kinesis-adapter");
    }
  }

  @Test
  void build_workerOfAKinesisStream_needsNoAdapter() throws ReflectiveOperationException {
    try (FanoutEngine engine = engine()) {
      Object builder = worker(engine, "builder", "app");
      builder.getClass().getMethod("stream", String.class).invoke(builder, "orders");
      Object worker = builder.getClass().getMethod("build").invoke(builder);

      assertThat(worker.getClass().getMethod("workerId").invoke(worker)).isNotNull();
    }
  }
}
