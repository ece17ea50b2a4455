package org.streamfanout.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Hears the signals that ask a process to end: the first one asks for a graceful stop, the next one
 * ends the process at once. A shutdown hook hears no second signal, and cannot make the exit code
 * 0.
 *
 * <p>By reflection, since {@code sun.misc.Signal}, the only way there is, makes the compiler warn.
 */
final class StopSignals {
  /** As shells write it for a process that a signal ended. */
  private static final int BY_SIGNAL = 128;

  private static final List<String> NEEDED = List.of("TERM", "INT");

  /** Not on Windows. */
  private static final List<String> WANTED = List.of("HUP");

  private final AtomicBoolean asked = new AtomicBoolean();
  private final Runnable stop;
  private final List<Runnable> restores = new ArrayList<>();

  private StopSignals(Runnable stop) {
    this.stop = stop;
  }

  /**
   * Starts to listen.
   *
   * @param stop is run at the first signal, on a thread of the JVM's; returns soon
   * @throws UnusableException if this Java cannot listen
   */
  static StopSignals listen(Runnable stop) {
    StopSignals signals = new StopSignals(stop);
    try {
      for (String name : NEEDED) {
        signals.handle(name);
      }
      for (String name : WANTED) {
        signals.handleIfKnown(name);
      }
      return signals;
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      signals.close();
      throw UnusableException.beforeSending(
          List.of("this Java lets nobody hear the signals that stop a worker: " + e));
    }
  }

  private void handleIfKnown(String name) throws ReflectiveOperationException {
    try {
      handle(name);
    } catch (InvocationTargetException e) {
      if (!(e.getCause() instanceof IllegalArgumentException)) {
        throw e;
      }
    }
  }

  private void handle(String name) throws ReflectiveOperationException {
    Class<?> signalType = Class.forName("sun.misc.Signal");
    Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
    Method handle = signalType.getMethod("handle", signalType, handlerType);
    Object signal = signalType.getConstructor(String.class).newInstance(name);
    int number = (int) signalType.getMethod("getNumber").invoke(signal);
    InvocationHandler heard =
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "hashCode" -> System.identityHashCode(proxy);
              case "equals" -> proxy == arguments[0];
              case "toString" -> "stop at " + name;
              default -> {
                hear(number);
                yield null;
              }
            };
    Object handler =
        Proxy.newProxyInstance(handlerType.getClassLoader(), new Class<?>[] {handlerType}, heard);
    Object before = handle.invoke(null, signal, handler);
    restores.add(
        () -> {
          try {
            handle.invoke(null, signal, before);
          } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("signal " + name + " cannot be given back", e);
          }
        });
  }

  private void hear(int number) {
    if (asked.getAndSet(true)) {
      Runtime.getRuntime().halt(BY_SIGNAL + number);
    }
    stop.run();
  }

  /** Gives the signals back to those who had them. */
  void close() {
    restores.forEach(Runnable::run);
    restores.clear();
  }
}
