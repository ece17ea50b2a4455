package org.streamfanout.testservers;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;

/** Waits until a path of a port of 127.0.0.1 answers with a status of 200. */
final class HttpAnswer extends AbstractWaitStrategy {
  private static final int MILLIS = 1000;

  private final URI url;

  HttpAnswer(int port, String path) {
    this.url = URI.create("http://127.0.0.1:" + port + path);
  }

  @Override
  protected void waitUntilReady() {
    long end = System.nanoTime() + startupTimeout.toNanos();
    while (!answers()) {
      if (System.nanoTime() - end > 0) {
        throw new ContainerLaunchException(url + " does not answer");
      }
    }
  }

  private boolean answers() {
    try {
      HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
      connection.setConnectTimeout(MILLIS);
      connection.setReadTimeout(MILLIS);
      return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
    } catch (IOException notYet) {
      Thread.onSpinWait();
      return false;
    }
  }
}
