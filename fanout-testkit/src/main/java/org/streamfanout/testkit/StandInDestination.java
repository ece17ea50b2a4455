package org.streamfanout.testkit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.streamfanout.spi.Bytes;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Responder;
import org.streamfanout.testkit.RecordingEndpoint.Response;

/**
 * A destination over HTTP for {@link TargetProviderKit} that a {@link RecordingEndpoint} stands in
 * for, behind a {@link TcpProxy}. Every request counts as a call that writes.
 */
public abstract class StandInDestination extends ProxiedDestination {
  private final RecordingEndpoint endpoint;
  private final List<Bytes> arrived = new CopyOnWriteArrayList<>();
  private final Responder sound;

  /** What the service does with a request when it is sound; called by several threads at once. */
  @FunctionalInterface
  public interface Service {
    /**
     * Returns the answer.
     *
     * @param arrived where the body of each message that is taken is added
     */
    Response answer(Request request, List<Bytes> arrived) throws Exception;
  }

  /** Starts the stand-in and the proxy. */
  protected StandInDestination(Service service) {
    this(RecordingEndpoint.start(), service);
  }

  private StandInDestination(RecordingEndpoint endpoint, Service service) {
    super(endpoint.uri().getPort());
    this.endpoint = endpoint;
    List<Bytes> taken = arrived;
    this.sound = request -> service.answer(request, taken);
    endpoint.answer(sound);
  }

  /** Returns what the service answers every request with in a trouble that is not the network's. */
  protected abstract Response answerIn(Trouble trouble);

  @Override
  protected final void answerWith(Trouble trouble) {
    endpoint.answer(answerIn(trouble));
  }

  @Override
  protected final void answerWell() {
    endpoint.answer(sound);
  }

  @Override
  protected final int callsOfServer() {
    return endpoint.requests().size();
  }

  @Override
  public final List<Bytes> arrived() {
    return List.copyOf(arrived);
  }

  @Override
  public void close() {
    super.close();
    endpoint.close();
  }
}
