package org.streamfanout.provider.redis;

import io.lettuce.core.RedisCommandExecutionException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Failure.Kind;
import org.streamfanout.spi.ProviderContext;

/**
 * What an error means to the engine. An error reply of Redis begins with a word in capitals that
 * says what it is; the rest may quote arguments, so it is never repeated. Stateless.
 */
final class RedisFailures {
  static final Failure TIMEOUT =
      Failure.retryable("Timeout", "no answer within the time that was left; it may have worked");
  static final Failure INTERRUPTED =
      Failure.retryable("Interrupted", "the call was stopped; its outcome is unknown");

  /** An answer to which this connection is at fault: the next call makes a new one. */
  private static final String READ_ONLY = "READONLY";

  private static final Map<String, Failure> REPLIES =
      Map.ofEntries(
          reply(Kind.THROTTLED, "OOM", "the server's memory is full"),
          reply(Kind.THROTTLED, "BUSY", "the server is busy with a script"),
          reply(Kind.RETRYABLE, "LOADING", "the server is loading its data"),
          reply(Kind.RETRYABLE, "TRYAGAIN", "the key's slot is being moved"),
          reply(Kind.RETRYABLE, "CLUSTERDOWN", "the cluster does not serve the key's slot"),
          reply(Kind.RETRYABLE, "MASTERDOWN", "the replica has lost its primary"),
          reply(Kind.RETRYABLE, READ_ONLY, "the server is a replica"),
          reply(Kind.RETRYABLE, "NOREPLICAS", "too few replicas are in step"),
          reply(Kind.RETRYABLE, "MISCONF", "the server cannot save its data"),
          reply(
              Kind.RETRYABLE,
              "ASK",
              "the slot was moved too often while the command was under way"),
          reply(Kind.FATAL, "NOAUTH", "the server asks for a password; set option 'password'"),
          reply(Kind.FATAL, "WRONGPASS", "the user or password is wrong"),
          reply(Kind.FATAL, "NOPERM", "the user may not do this; see its ACL"),
          reply(Kind.FATAL, "DENIED", "the server is in protected mode and denies this client"),
          reply(Kind.REJECTED, "WRONGTYPE", "the key holds a value of another type"));

  /** What begins with ERR has no word of its own. */
  private static final Map<Pattern, Failure> ERRORS =
      Map.of(
          Pattern.compile("ERR max number of clients reached.*"),
          Failure.throttled("MaxClients", "the server has as many clients as it takes"),
          Pattern.compile("ERR unknown command.*", Pattern.DOTALL),
          Failure.fatal("UnknownCommand", "the server does not know the command"),
          Pattern.compile("ERR AUTH .*|ERR Client sent AUTH.*|ERR invalid password.*"),
          Failure.fatal("WrongAuth", "the server takes no such user or password"),
          Pattern.compile("ERR DB index is out of range.*|ERR invalid DB index.*"),
          Failure.fatal("NoSuchDatabase", "the server has no database of this number"),
          Pattern.compile("ERR string exceeds maximum allowed size.*"),
          Failure.tooLarge("StringTooLong", "the value is longer than the server takes"));

  private static final Pattern WORD = Pattern.compile("([A-Z]{2,20})(?: .*)?", Pattern.DOTALL);
  private static final int DEEPEST = 20;

  private RedisFailures() {}

  private static Map.Entry<String, Failure> reply(Kind kind, String word, String detail) {
    return Map.entry(word, Failure.of(kind, word, detail));
  }

  static Failure of(Throwable error) {
    Throwable root = error;
    for (int depth = 0; depth < DEEPEST; depth++) {
      Failure known = known(root);
      if (known != null) {
        return known;
      }
      if (root.getCause() == null || root.getCause() == root) {
        break;
      }
      root = root.getCause();
    }
    return Failure.retryable(
        root.getClass().getSimpleName(), "the connection failed; the command may have worked");
  }

  private static @Nullable Failure known(Throwable error) {
    if (error instanceof HostNotCoveredException) {
      return Failure.fatal(
          "HostNotAllowed",
          "the server names a node at '"
              + error.getMessage()
              + "', which is not of the same cluster; allow it by the setting "
              + ProviderContext.ALLOWED_HOSTS);
    }
    if (error instanceof MissingSecretException) {
      return Failure.fatal("MissingSecret", "the secret with the password is not set");
    }
    if (error instanceof RedisCommandExecutionException reply && reply.getMessage() != null) {
      return ofReply(reply.getMessage());
    }
    if (error instanceof CertificateException) {
      return Failure.fatal("BadCertificate", "the server's certificate is not trusted");
    }
    if (error instanceof ConnectException) {
      return Failure.retryable("ConnectionRefused", "no connection could be made");
    }
    if (error instanceof UnknownHostException) {
      return Failure.retryable("UnknownHost", "the host's name has no address");
    }
    if (error instanceof InterruptedException) {
      return INTERRUPTED;
    }
    if (error instanceof TimeoutException) {
      return TIMEOUT;
    }
    return null;
  }

  private static Failure ofReply(String text) {
    Matcher matcher = WORD.matcher(text);
    String word = matcher.matches() ? matcher.group(1) : "ERR";
    Failure known = REPLIES.get(word);
    if (known != null) {
      return known;
    }
    if (word.equals("MOVED")) {
      return Failure.fatal("MOVED", "the server is a node of a cluster; set option 'mode=cluster'");
    }
    return ERRORS.entrySet().stream()
        .filter(each -> each.getKey().matcher(text).matches())
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseGet(() -> Failure.retryable(word, "the server refused the command"));
  }

  /** Returns whether a failure says that another connection may fare better. */
  static boolean isOfConnection(Throwable error) {
    for (Throwable each = error; each != null; each = each.getCause()) {
      if (each instanceof RedisCommandExecutionException reply) {
        return String.valueOf(reply.getMessage()).startsWith(READ_ONLY)
            || String.valueOf(reply.getMessage()).startsWith("MASTERDOWN")
            || String.valueOf(reply.getMessage()).startsWith("MOVED");
      }
    }
    return true;
  }
}
