import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A receiver for the targets beside it: {@code java Shop.java PORT FILE} adds each body to a file. */
final class Shop {
  private Shop() {}

  public static void main(String[] arguments) throws Exception {
    Path file = Path.of(arguments[1]);
    HttpServer server =
        HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0])), 0);
    server.createContext(
        "/",
        exchange -> {
          String body = new String(exchange.getRequestBody().readAllBytes()) + "\n";
          Files.writeString(file, body, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
  }
}
