package org.streamfanout.testkit;

import org.streamfanout.testkit.TcpProxy.Mode;

/**
 * A destination behind a {@link TcpProxy}, which makes every trouble that is the network's, so that
 * a subclass makes only those that the service answers with. The client's port is {@link #port}.
 */
public abstract class ProxiedDestination implements KitDestination {
  private final TcpProxy proxy;

  /**
   * Starts the proxy.
   *
   * @param serverPort the port of 127.0.0.1 where the server, or its stand-in, listens
   */
  protected ProxiedDestination(int serverPort) {
    this.proxy = TcpProxy.to(serverPort);
  }

  /** Returns the port of 127.0.0.1 for the client. */
  public final int port() {
    return proxy.port();
  }

  /** Makes the service itself answer every call with a trouble. */
  protected abstract void answerWith(Trouble trouble) throws Exception;

  /** Ends what {@link #answerWith} and {@link #failEntries} began. */
  protected abstract void answerWell() throws Exception;

  /** Returns how many calls that write have reached the server. */
  protected abstract int callsOfServer();

  /** Calls that the proxy reset after the server took them were counted by the server already. */
  @Override
  public final int calls() {
    return callsOfServer() + proxy.resetRequests();
  }

  @Override
  public final void trouble(Trouble trouble) throws Exception {
    switch (trouble) {
      case RESET -> proxy.set(Mode.RESET_REQUESTS);
      case APPLIED_THEN_RESET -> proxy.set(Mode.RESET_ANSWERS);
      case REFUSED -> proxy.refuse();
      case HANG -> proxy.set(Mode.HOLD_REQUESTS);
      default -> answerWith(trouble);
    }
  }

  @Override
  public final void calm() throws Exception {
    proxy.accept();
    proxy.set(Mode.PASS);
    answerWell();
  }

  @Override
  public final void awaitHeld() throws InterruptedException {
    proxy.awaitHeld();
  }

  @Override
  public final int connections() {
    return proxy.connections();
  }

  @Override
  public void close() {
    proxy.close();
  }
}
