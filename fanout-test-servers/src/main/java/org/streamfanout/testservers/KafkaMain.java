package org.streamfanout.testservers;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;

/** The process of a {@link KafkaServer} that can be broken; ends with its standard input. */
final class KafkaMain {
  /** What is printed before the port. */
  static final String LISTENING = "listening on port ";

  private static final String IDENTITY = "meta.properties";

  private KafkaMain() {}

  /**
   * Starts a node with its data in the working directory, and with what is there already.
   *
   * @param arguments a file with its settings, and its port
   */
  public static void main(String[] arguments) throws Exception {
    Properties settings = new Properties();
    try (Reader in = Files.newBufferedReader(Path.of(arguments[0]))) {
      settings.load(in);
    }
    Map<String, String> all = new HashMap<>();
    settings.stringPropertyNames().forEach(name -> all.put(name, settings.getProperty(name)));
    KafkaRaftServer server = start(all, Files.createDirectories(Path.of("log").toAbsolutePath()));
    System.out.println(LISTENING + arguments[1]);
    while (System.in.read() >= 0) {
      // The parent writes nothing; the end of the pipe says that it is gone.
    }
    server.shutdown();
  }

  /** Starts a node with its data in a folder, and with what is there already. */
  static KafkaRaftServer start(Map<String, String> settings, Path folder) throws IOException {
    Path identity = folder.resolve(IDENTITY);
    if (!Files.exists(identity)) {
      Files.writeString(
          identity,
          "version=1%ncluster.id=%s%nnode.id=%s%ndirectory.id=%s%n"
              .formatted(Uuid.randomUuid(), settings.get("node.id"), Uuid.randomUuid()));
    }
    Map<String, String> all = new HashMap<>(settings);
    all.put("log.dirs", folder.toString());
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(all, false), Time.SYSTEM);
    server.startup();
    return server;
  }
}
