package org.streamfanout.testservers;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Volume;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.containers.wait.strategy.WaitStrategy;
import org.testcontainers.utility.DockerImageName;

/**
 * A server in a container instead of on this machine: what the servers of this package start if the
 * system property {@code fanout.servers} is {@code docker}. Its network is the host's, so that it
 * takes the same command line, ports and addresses as a local one; the folder for temporary files
 * is there, too, read-only, for certificates and the like.
 */
final class ServerContainer implements RunningServer {
  private static final String SERVERS = "fanout.servers";
  private static final Duration START = Duration.ofMinutes(3);

  private final GenericContainer<?> container;

  private ServerContainer(GenericContainer<?> container) {
    this.container = container;
  }

  /**
   * Returns whether servers are to be containers.
   *
   * @throws IllegalStateException if the property is neither {@code docker} nor {@code local}
   */
  static boolean isWanted() {
    String servers = System.getProperty(SERVERS, "local");
    if (!servers.equals("docker") && !servers.equals("local")) {
      throw new IllegalStateException(
          "the system property " + SERVERS + " is '" + servers + "'; set it to docker or local");
    }
    return servers.equals("docker");
  }

  /**
   * Starts a command in a container and waits until it says that it listens.
   *
   * @param ready what the line that says so contains
   */
  static ServerContainer start(ServerImage image, String ready, List<String> command) {
    return start(image, Map.of(), command, says(ready));
  }

  /** Starts what an image starts by itself and waits until a path of it answers by HTTP. */
  static ServerContainer startHttp(
      ServerImage image, Map<String, String> environment, int port, String path) {
    return start(image, environment, List.of(), new HttpAnswer(port, path));
  }

  /** Starts what an image starts by itself and waits until it says that it listens. */
  static ServerContainer start(ServerImage image, Map<String, String> environment, String ready) {
    return start(image, environment, List.of(), says(ready));
  }

  private static WaitStrategy says(String ready) {
    return Wait.forLogMessage("(?s).*" + Pattern.quote(ready) + ".*", 1);
  }

  private static ServerContainer start(
      ServerImage image,
      Map<String, String> environment,
      List<String> command,
      WaitStrategy waiting) {
    GenericContainer<?> container =
        new GenericContainer<>(DockerImageName.parse(image.reference()))
            .withNetworkMode("host")
            .withEnv(environment)
            .withCreateContainerCmdModifier(creation -> adapt(creation, command))
            .waitingFor(waiting.withStartupTimeout(START));
    container.start();
    return new ServerContainer(container);
  }

  private static void adapt(CreateContainerCmd creation, List<String> command) {
    if (!command.isEmpty()) {
      // Instead of the image's own script, which may change users and so lose sight of files.
      creation
          .withEntrypoint(command.get(0))
          .withCmd(command.subList(1, command.size()))
          .withUser("0");
    }
    String folder = System.getProperty("java.io.tmpdir");
    Objects.requireNonNull(creation.getHostConfig())
        .withBinds(new Bind(folder, new Volume(folder), AccessMode.ro));
  }

  /** Stops the server and removes its container. May be called twice. */
  @Override
  public void close() {
    container.stop();
  }
}
