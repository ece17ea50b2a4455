package org.streamfanout.examples;

import java.nio.file.Path;
import java.time.Duration;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.registry.JsonTargetRegistry;
import org.streamfanout.kcl.FanoutWorker;

/**
 * A worker of the Kinesis Client Library that reads one stream until the process is told to end.
 */
public final class KclWorkerExample {
  private KclWorkerExample() {}

  /** Delivers a stream, by its name or ARN, to the targets of a file. */
  public static void main(String[] arguments) {
    var targets = JsonTargetRegistry.read(Path.of(arguments[0]));
    var stream = arguments[1];
    try (var engine = FanoutEngine.builder().registry(targets).build();
        var worker = FanoutWorker.builder(engine, "donations-fanout").stream(stream).build()) {
      var stop = new Thread(() -> worker.stop(Duration.ofSeconds(25)));
      Runtime.getRuntime().addShutdownHook(stop);
      worker.run();
    }
  }
}
