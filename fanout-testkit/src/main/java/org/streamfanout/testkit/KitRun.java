package org.streamfanout.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/** One test of the kit: a provider, an open destination, a sender, and what was accepted so far. */
final class KitRun implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  final TargetProviderKit kit;
  final KitDestination destination;
  final TestContext context = new TestContext();
  final TargetProvider provider;
  final TargetConfig target;
  final Capabilities capabilities;
  final TargetSender sender;
  private final OutputCapture output = new OutputCapture();
  private final AtomicInteger numbers = new AtomicInteger();
  private final List<Message> accepted = Collections.synchronizedList(new ArrayList<>());

  KitRun(TargetProviderKit kit) throws Exception {
    try {
      this.kit = kit;
      this.destination = kit.open();
      destination.configure(context);
      this.provider = kit.provider();
      this.target = destination.target();
      this.capabilities = provider.capabilities(target);
      provider.validate(target, context);
      this.sender = provider.open(target, context);
    } catch (Throwable error) {
      output.close();
      throw error;
    }
  }

  /** Returns a message of the kit's own kind with a body of so many bytes, in a lane of its own. */
  Message message(int length) {
    int number = numbers.getAndIncrement();
    return message(key(number), number, length);
  }

  /** As long for each number, so that messages with bodies of one length are of one size. */
  private static String key(int number) {
    return String.format(Locale.ROOT, "key-%06d", number);
  }

  /** Returns a message of a key, which is its lane. */
  Message message(String key) {
    return message(key, numbers.getAndIncrement(), kit.shortestBody());
  }

  private Message message(String key, int number, int length) {
    Bytes body = kit.body(number, length);
    assertThat(body.length()).as("the length of the kit's own body").isEqualTo(length);
    return Messages.of(Records.kinesis(Records.SHARD, number, key, body));
  }

  /** Returns a message with this key and body. */
  Message message(String key, Bytes body) {
    return Messages.of(Records.kinesis(Records.SHARD, numbers.getAndIncrement(), key, body));
  }

  /** Returns a message that deletes a key. */
  Message tombstone(String key) {
    return Messages.of(Records.kinesis(Records.SHARD, numbers.getAndIncrement(), key, null));
  }

  /** Returns a message that points to a body which is stored elsewhere, as stores in S3 do. */
  Message claimCheck() {
    int number = numbers.getAndIncrement();
    String pointer =
        "[\"store.Pointer\",{\"bucket\":\"b\",\"key\":\"" + kit.marker() + "/" + number + "\"}]";
    FanoutRecord record = Records.kinesis(Records.SHARD, number, key(number), Bytes.utf8(pointer));
    return Message.builder(String.format(Locale.ROOT, "%064x", number), List.of(record))
        .lane(record.key())
        .storedLength(1 << 20)
        .build();
  }

  List<Message> messages(int count) {
    return IntStream.range(0, count).mapToObj(n -> message(kit.shortestBody())).toList();
  }

  /** Returns how large a message would be whose body has so many bytes, without making one. */
  long sizeOf(int bodyLength) {
    FanoutRecord record =
        Records.kinesis(Records.SHARD, numbers.get(), key(numbers.get()), Bytes.EMPTY);
    Message unmade =
        Message.builder("0".repeat(64), List.of(record))
            .body(
                bodyLength,
                () -> {
                  throw new AssertionError("sizeInBytes must not encode the body");
                })
            .build();
    return sender.sizeInBytes(unmade);
  }

  Limits limits() throws Exception {
    Limits own = sender.limits(Deadline.after(DEADLINE));
    return kit.provenLimits(own == null ? capabilities.limits() : own);
  }

  List<Outcome> send(List<Message> messages) {
    return send(messages, Deadline.after(DEADLINE));
  }

  List<Outcome> send(List<Message> messages, Deadline deadline) {
    return send(sender, messages, deadline);
  }

  /** Sends as the engine does: an exception is what the sender says it means. */
  private List<Outcome> send(TargetSender sender, List<Message> messages, Deadline deadline) {
    Batch batch = Messages.batch(messages);
    List<Outcome> outcomes;
    try {
      outcomes = sender.send(batch, deadline);
    } catch (Exception error) {
      Failure failure = sender.classify(error);
      assertThat(failure).as("what classify says of %s", error).isNotNull();
      outcomes = Collections.nCopies(messages.size(), Outcome.failed(failure));
    }
    assertThat(outcomes).as("one outcome for each message").hasSize(messages.size());
    for (int place = 0; place < messages.size(); place++) {
      assertThat(outcomes.get(place)).as("outcome %d", place).isNotNull();
      if (isAccepted(outcomes.get(place))) {
        accepted.add(messages.get(place));
      }
    }
    return outcomes;
  }

  static boolean isAccepted(Outcome outcome) {
    return outcome.equals(Outcome.accepted());
  }

  static Failure failure(Outcome outcome) {
    if (outcome instanceof Outcome.Failed failed) {
      return failed.failure();
    }
    return fail("accepted, but it should have failed");
  }

  void sendAccepted(List<Message> messages) {
    sendAccepted(sender, messages);
  }

  void sendAccepted(TargetSender by, List<Message> messages) {
    assertThat(send(by, messages, Deadline.after(DEADLINE)))
        .as("outcomes of a sound destination")
        .containsOnly(Outcome.accepted());
  }

  /** Sends until the destination takes it: connections that a trouble left may each cost a send. */
  void recover() {
    for (int attempt = 0; attempt < 10; attempt++) {
      if (send(messages(1)).equals(List.of(Outcome.accepted()))) {
        return;
      }
    }
    sendAccepted(messages(1));
  }

  /** Asserts that exactly what was accepted has arrived, once each. */
  void assertArrived() throws Exception {
    assertThat(names(destination.arrived()))
        .as("what has arrived, against what was accepted")
        .containsExactlyInAnyOrderElementsOf(names(expected(accepted)));
  }

  /** Asserts that what was accepted has arrived in the order in which it was sent. */
  void assertArrivedInOrder() throws Exception {
    assertThat(names(destination.arrived()))
        .as("what has arrived, in order, against what was accepted")
        .containsExactlyElementsOf(names(expected(accepted)));
  }

  /** Asserts that what was accepted, and these messages besides, arrive once each. */
  void assertArrivesWith(List<Message> others) throws Exception {
    List<Message> all = new ArrayList<>(accepted);
    all.addAll(others);
    awaitAtLeast(all.size(), () -> destination.arrived().size());
    assertThat(names(destination.arrived()))
        .as("what has arrived, against what was accepted or applied")
        .containsExactlyInAnyOrderElementsOf(names(expected(all)));
  }

  /** Waits until the destination counts so many calls. */
  void awaitCalls(int count) throws Exception {
    awaitAtLeast(count, destination::calls);
  }

  /**
   * Waits for the destination, which may not be through with a call yet whose sender has heard that
   * its connection broke. Gives up in silence: what follows asserts.
   */
  private static void awaitAtLeast(int count, Callable<Integer> reached) throws Exception {
    Deadline patience = Deadline.after(DEADLINE);
    while (reached.call() < count && !patience.isExpired()) {
      Thread.sleep(10);
    }
  }

  private List<Bytes> expected(List<Message> messages) {
    return messages.stream().map(kit::expected).toList();
  }

  /** Short enough to read in a report, and different for different bodies. */
  private static List<String> names(List<Bytes> bodies) {
    return bodies.stream().map(KitRun::name).toList();
  }

  private static String name(Bytes body) {
    if (body.length() <= 200) {
      return body.utf8();
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(body.array(), body.offset(), body.length());
      return body.slice(0, 60).utf8()
          + "... of "
          + body.length()
          + " B, "
          + HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException error) {
      throw new IllegalStateException("every Java platform has SHA-256", error);
    }
  }

  /** Asserts that a text for people holds no payload and no secret. */
  void assertTellsNothing(String text) {
    assertThat(text).as("payload in what is said").doesNotContain(kit.marker());
    context.secrets().forEach(secret -> assertThat(text).as("a secret").doesNotContain(secret));
  }

  /** Lets everything go, and asserts that nothing was printed that must not be. */
  @Override
  public void close() {
    List<String> secrets = List.copyOf(context.secrets());
    try (output;
        destination) {
      sender.close();
      context.close();
    }
    assertThat(output.text()).as("payload in what is printed").doesNotContain(kit.marker());
    secrets.forEach(
        secret -> assertThat(output.text()).as("a secret in print").doesNotContain(secret));
  }
}
