package org.streamfanout.testservers;

import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * S3, by S3Mock as a process, or in a container: buckets, checksums, conditional writes; neither
 * signatures nor policies. The module that starts it has s3mock's jar of everything, classifier
 * exec, on its class path, in test scope. Thread-safe.
 */
public final class S3Server implements AutoCloseable {
  private static final Pattern PORT = Pattern.compile("started on ports .* (\\d+) \\(http\\)");
  private static final Pattern JAR = Pattern.compile("s3mock-.+-exec\\.jar");

  private final RunningServer server;
  private final URI endpoint;

  private S3Server(RunningServer server, URI endpoint) {
    this.server = server;
    this.endpoint = endpoint;
  }

  /**
   * Starts a server without buckets and waits until it answers.
   *
   * @throws IllegalStateException if its jar is not there or it does not start
   */
  public static S3Server start() {
    if (ServerContainer.isWanted()) {
      AwsEmulator emulator = AwsEmulator.start();
      return new S3Server(emulator, emulator.endpoint());
    }
    Path jar =
        JavaServer.classPath().stream()
            .filter(path -> JAR.matcher(path.getFileName().toString()).matches())
            .findFirst()
            .orElseThrow(
                () -> new IllegalStateException("s3mock's exec jar is not on the class path"));
    // One of its two connectors heeds no setting for its address.
    URL loopback = Objects.requireNonNull(S3Server.class.getResource("s3mock.xml"));
    ServerProcess server =
        JavaServer.start(
            PORT,
            List.of(
                "-jar",
                jar.toString(),
                "--server.address=127.0.0.1",
                "--server.port=0",
                "--http.port=0",
                "--spring.main.sources=" + loopback,
                "--com.adobe.testing.s3mock.max-payload-size=64MB"));
    return new S3Server(server, server.endpoint());
  }

  /** Returns the URL for clients, without TLS, with the bucket in the path. */
  public URI endpoint() {
    return endpoint;
  }

  /** Stops the server; its buckets are gone. */
  @Override
  public void close() {
    server.close();
  }
}
