package org.streamfanout.aws;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;

/**
 * A stand-in for STS, of which no real server exists here: answers AssumeRole with credentials of
 * their own for each call, and GetCallerIdentity for any of them.
 */
final class StsStandIn implements AutoCloseable {
  private static final Pattern KEY_ID = Pattern.compile("Credential=([^/]+)/");

  final RecordingEndpoint endpoint = RecordingEndpoint.start();
  final AtomicInteger sessions = new AtomicInteger();
  private final Map<String, String> expiredKeys = new ConcurrentHashMap<>();
  private final Clock clock;
  volatile Duration validity = Duration.ofSeconds(900);

  StsStandIn(Clock clock) {
    this.clock = clock;
    endpoint.answer(this::answer);
  }

  void expire(String accessKeyId) {
    expiredKeys.put(accessKeyId, accessKeyId);
  }

  private Response answer(Request request) {
    String form = request.text();
    if (form.contains("Action=AssumeRole")) {
      return Response.of(200, assumed("ASIA" + sessions.incrementAndGet()));
    }
    return expiredKeys.containsKey(keyId(request)) ? error(403, "ExpiredToken") : identity();
  }

  static Response identity() {
    return Response.of(
        200,
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
            + "<GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/u</Arn>"
            + "</GetCallerIdentityResult></GetCallerIdentityResponse>");
  }

  static Response error(int status, String code) {
    return Response.of(
        status,
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>"
            + "<Type>Sender</Type><Code>"
            + code
            + "</Code><Message>text of the service</Message></Error>"
            + "<RequestId>r-1</RequestId></ErrorResponse>");
  }

  private String assumed(String keyId) {
    return "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
        + "<AssumeRoleResult><Credentials><AccessKeyId>"
        + keyId
        + "</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token-"
        + keyId
        + "</SessionToken><Expiration>"
        + clock.instant().plus(validity)
        + "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
  }

  List<Request> assumeRoles() {
    return endpoint.requests().stream()
        .filter(request -> request.text().contains("Action=AssumeRole"))
        .toList();
  }

  List<String> keyIdsOfCalls() {
    return endpoint.requests().stream()
        .filter(request -> request.text().contains("Action=GetCallerIdentity"))
        .map(StsStandIn::keyId)
        .toList();
  }

  static String keyId(Request request) {
    Matcher matcher = KEY_ID.matcher(String.valueOf(request.header("authorization")));
    return matcher.find() ? matcher.group(1) : "";
  }

  static Map<String, String> form(Request request) {
    Map<String, String> form = new HashMap<>();
    for (String pair : request.text().split("&")) {
      String[] parts = pair.split("=", 2);
      form.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return form;
  }

  @Override
  public void close() {
    endpoint.close();
  }
}
