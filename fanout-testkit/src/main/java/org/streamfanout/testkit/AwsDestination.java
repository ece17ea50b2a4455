package org.streamfanout.testkit;

import java.net.URI;
import java.util.List;
import java.util.Set;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.ProviderContext;

/**
 * A destination of an AWS service for {@link TargetProviderKit}: a server, or its stand-in, behind
 * a {@link FaultProxy} that fails as the service does, behind a {@link TcpProxy}. Clients are sent
 * to it by the operator's endpoint, in the region us-east-1.
 */
public abstract class AwsDestination extends ProxiedDestination {
  private final FaultProxy faults;
  private final String action;

  /**
   * Starts the proxies.
   *
   * @param server the server's URL
   * @param action the call that writes, such as {@code SendMessageBatch}
   */
  protected AwsDestination(URI server, String action) {
    this(FaultProxy.to(server), action);
  }

  private AwsDestination(FaultProxy faults, String action) {
    super(faults.endpoint().getPort());
    this.faults = faults.affecting(action);
    this.action = action;
  }

  @Override
  public void configure(TestContext context) {
    context
        .set(ProviderContext.ENDPOINT_URL, "http://127.0.0.1:" + port())
        .set(ProviderContext.REGION, "us-east-1");
  }

  @Override
  protected final void answerWith(Trouble trouble) {
    faults.always(
        switch (trouble) {
          case THROTTLED -> Fault.throttle();
          case SERVER_ERROR -> Fault.serverError();
          case EXPIRED_CREDENTIALS -> Fault.expiredCredentials();
          case DENIED -> Fault.accessDenied();
          case MISSING -> Fault.missing();
          case RESET, APPLIED_THEN_RESET, REFUSED, HANG ->
              throw new IllegalArgumentException(trouble + " is the network's");
        });
  }

  @Override
  protected final void answerWell() {
    faults.always(Fault.pass());
  }

  @Override
  public final void failEntries(List<Message> batch, Set<Integer> places) {
    faults.always(Fault.failEntriesIf(places::contains));
  }

  @Override
  protected final int callsOfServer() {
    return faults.calls(action).size();
  }

  @Override
  public void close() {
    super.close();
    faults.close();
  }
}
