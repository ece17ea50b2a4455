package org.streamfanout.testkit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Serves one client connection of a {@link FaultProxy}. */
final class ProxyConnection implements Runnable {
  // Hop by hop, or computed anew because the body may be another one.
  private static final Set<String> NOT_FORWARDED =
      Set.of(
          "host",
          "connection",
          "content-length",
          "transfer-encoding",
          "expect",
          "upgrade",
          "keep-alive");
  private static final Set<String> NOT_RETURNED =
      Set.of(
          "connection",
          "content-length",
          "transfer-encoding",
          "keep-alive",
          // Of the server's own body; the client would compare it with the composed one.
          "x-amz-crc32");

  private final FaultProxy proxy;
  private final Socket socket;
  private final URI server;
  private final HttpClient client;

  ProxyConnection(FaultProxy proxy, Socket socket, URI server, HttpClient client) {
    this.proxy = proxy;
    this.socket = socket;
    this.server = server;
    this.client = client;
  }

  @Override
  public void run() {
    try (socket) {
      // Without it each answer waits some 40 ms for the client's delayed acknowledgement.
      socket.setTcpNoDelay(true);
      BufferedInputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      HttpMessage request = HttpMessage.readRequest(in, out);
      while (request != null) {
        HttpMessage answer = serve(request);
        if (answer == null) {
          reset();
          return;
        }
        answer.writeTo(out);
        request = HttpMessage.readRequest(in, out);
      }
    } catch (IOException e) {
      proxy.broken(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      proxy.disconnected(socket);
    }
  }

  /** Closes with RST in place of FIN, which is what a zero linger time means. */
  private void reset() throws IOException {
    socket.setSoLinger(true, 0);
  }

  /** Returns the answer; null to reset the connection. */
  private @Nullable HttpMessage serve(HttpMessage request)
      throws IOException, InterruptedException {
    Exchange exchange = new Exchange(request, ServiceCall.of(request));
    HttpMessage answer = exchange.meet(proxy.faultFor(exchange.call.action()));
    proxy.done(
        new ProxiedCall(
            exchange.call.action(),
            exchange.call.entries(),
            exchange.forwarded,
            exchange.answer != null));
    return answer;
  }

  /** One call on its way through its fault. */
  private final class Exchange {
    private final HttpMessage request;
    private final ServiceCall call;
    private List<Integer> forwarded = List.of();
    private @Nullable HttpMessage answer;

    Exchange(HttpMessage request, ServiceCall call) {
      this.request = request;
      this.call = call;
    }

    private @Nullable HttpMessage meet(Fault fault) throws IOException, InterruptedException {
      if (fault instanceof Fault.Pass) {
        return forwardAll();
      }
      if (fault instanceof Fault.FailEntries failing) {
        return failEntries(failing);
      }
      if (fault instanceof Fault.Refuse refusal) {
        return call.error(call.service().error(refusal.reason()));
      }
      if (fault instanceof Fault.Answer own) {
        return call.error(new AwsService.ServiceError(own.status(), own.code(), own.message()));
      }
      if (fault instanceof Fault.Delay delay) {
        proxy.pause(delay.pause());
        return meet(delay.then());
      }
      if (fault instanceof Fault.Hold hold) {
        hold.gate().pass();
        return meet(hold.then());
      }
      if (fault instanceof Fault.Applied applied) {
        forwardAll();
        return meet(applied.then());
      }
      return null;
    }

    private HttpMessage forwardAll() throws IOException, InterruptedException {
      HttpMessage known = answer;
      return known != null
          ? known
          : forward(request.body(), IntStream.range(0, call.entries()).boxed().toList());
    }

    private HttpMessage failEntries(Fault.FailEntries failing)
        throws IOException, InterruptedException {
      Map<Integer, EntryError> failed = new TreeMap<>();
      EntryError error = failing.error() != null ? failing.error() : call.service().entryError();
      for (int place = 0; place < call.entries(); place++) {
        if (failing.places().test(place)) {
          failed.put(place, error);
        }
      }
      if (failed.isEmpty()) {
        return forwardAll();
      }
      List<Integer> others =
          IntStream.range(0, call.entries())
              .filter(place -> !failed.containsKey(place))
              .boxed()
              .toList();
      HttpMessage given = answer;
      if (given == null && !others.isEmpty()) {
        given = forward(call.bodyWith(others), others);
      }
      if (given == null) {
        return ok(call.compose(null, List.of(), failed));
      }
      return given.start().contains(" 200 ")
          ? ok(call.compose(given.body(), forwarded, failed))
          : given;
    }

    private HttpMessage ok(byte[] body) {
      return HttpMessage.response(200, Map.of("content-type", call.contentType()), body);
    }

    private HttpMessage forward(byte[] body, List<Integer> places)
        throws IOException, InterruptedException {
      String[] start = request.start().split(" ");
      HttpRequest.Builder forwarding =
          HttpRequest.newBuilder(server.resolve(start[1]))
              .method(start[0], HttpRequest.BodyPublishers.ofByteArray(body));
      request
          .headers()
          .forEach(
              (name, value) -> {
                if (!NOT_FORWARDED.contains(name)) {
                  forwarding.header(name, value);
                }
              });
      HttpResponse<byte[]> response =
          client.send(forwarding.build(), HttpResponse.BodyHandlers.ofByteArray());
      Map<String, String> headers = new LinkedHashMap<>();
      response
          .headers()
          .map()
          .forEach(
              (name, values) -> {
                if (!name.startsWith(":") && !NOT_RETURNED.contains(name)) {
                  headers.put(name, String.join(",", values));
                }
              });
      forwarded = places;
      HttpMessage given = HttpMessage.response(response.statusCode(), headers, response.body());
      answer = given;
      return given;
    }
  }
}
