package org.streamfanout.testkit;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;

/**
 * What "correct" means for a provider: a JUnit 5 class whose tests a provider inherits by naming a
 * way to open a destination and to read back what arrived.
 *
 * <pre>{@code
 * class WebhookTargetProviderKitTest extends TargetProviderKit {
 *   protected TargetProvider provider() { return new WebhookTargetProvider(); }
 *   protected KitDestination open() { return new WebhookDestination(); }
 *   protected List<InvalidTarget> invalidTargets() { ... }
 * }
 * }</pre>
 *
 * <p>Everything else has a default that suits a destination which takes JSON and answers entry by
 * entry; {@link ProxiedDestination} makes the troubles of a network. The kit needs a JVM with the
 * Flight Recorder, for the rule that nothing does I/O before the first send. It replaces {@code
 * System.out} and {@code System.err} for a time, so its classes must not run side by side in one
 * JVM.
 */
@Timeout(600)
public abstract class TargetProviderKit {
  private static final String MARKER = "kit-payload";
  private static final int SHORTEST = 40;

  /** For subclasses. */
  protected TargetProviderKit() {}

  /** Returns a new provider. */
  protected abstract TargetProvider provider();

  /** Opens an empty, sound destination. */
  protected abstract KitDestination open() throws Exception;

  /**
   * Returns rows that are invalid though everything is allowed that {@link
   * KitDestination#configure} allows; one of them has several problems.
   */
  protected abstract List<InvalidTarget> invalidTargets();

  /**
   * A row with what must be said of it.
   *
   * @param target the row
   * @param mentions a piece of the text of each of its problems, in any order
   */
  public record InvalidTarget(TargetConfig target, List<String> mentions) {
    /** Copies the list. */
    public InvalidTarget {
      mentions = List.copyOf(mentions);
    }
  }

  /** Returns the troubles that the destination can be put in; all by default. */
  protected Set<Trouble> troubles() {
    return EnumSet.allOf(Trouble.class);
  }

  /** Returns whether the destination answers entry by entry; true by default. */
  protected boolean failsEntries() {
    return true;
  }

  /**
   * Returns a body of exactly so many bytes, another one for each number, that the destination
   * takes. By default a JSON object of one line that holds {@link #marker}.
   *
   * @param length at least {@link #shortestBody}
   */
  protected Bytes body(int number, int length) {
    byte[] body = new byte[length];
    Arrays.fill(body, (byte) 'x');
    byte[] start =
        String.format(Locale.ROOT, "{\"n\":\"%08d\",\"t\":\"%s", number, marker())
            .getBytes(StandardCharsets.UTF_8);
    System.arraycopy(start, 0, body, 0, start.length);
    body[length - 2] = '"';
    body[length - 1] = '}';
    return Bytes.wrap(body);
  }

  /** Returns the length of the shortest body that {@link #body} makes, in bytes; 40 by default. */
  protected int shortestBody() {
    return SHORTEST;
  }

  /** Returns a text that is part of every body and must be in no log and no failure. */
  protected String marker() {
    return MARKER;
  }

  /** Returns what reading back gives for a message; its body by default. */
  protected Bytes expected(Message message) {
    return message.body();
  }

  /**
   * Returns the limits to try to the byte: the destination's own by default. For those that no test
   * can fill, such as 512 MB a value, a provider's test lowers them and says so.
   */
  protected Limits provenLimits(Limits own) {
    return own;
  }

  /**
   * Tells which of the hostile destinations, though valid, are names that lead to no host of
   * someone's choice; none by default.
   */
  protected Predicate<String> isHarmless() {
    return destination -> false;
  }

  /** Returns whether {@code META-INF/services} names the provider; true by default. */
  protected boolean isRegistered() {
    return true;
  }

  /** Returns how long to wait for what must happen, before it counts as never; 30 s by default. */
  protected Duration patience() {
    return Duration.ofSeconds(30);
  }

  @Test
  void kit_provider_isFoundByServiceLoader() {
    if (isRegistered()) {
      KitConfiguration.isFoundByServiceLoader(this);
    }
  }

  @Test
  void kit_description_isComplete() throws Exception {
    KitConfiguration.saysWhatItIs(this);
  }

  @Test
  void kit_limits_areSound() throws Exception {
    KitConfiguration.limitsAreWhatCapabilitiesSayOrLower(this);
  }

  @Test
  void kit_beforeTheFirstSend_nothingIsReadWrittenOrStarted() throws Exception {
    KitConfiguration.doesNoIoBeforeTheFirstSend(this);
  }

  @Test
  void kit_invalidTarget_isRefusedWithEveryProblem() throws Exception {
    KitConfiguration.namesEveryProblemOfAnInvalidTarget(this);
  }

  @Test
  void kit_hostileDestinations_areInvalid() throws Exception {
    KitConfiguration.refusesHostileDestinations(this);
  }

  @Test
  void kit_batch_arrives() throws Exception {
    KitDelivery.delivers(this);
  }

  @Test
  void kit_oddKeysAndBodies_arriveOrAreRejected() throws Exception {
    KitDelivery.takesOddKeysAndBodiesOrRejectsThem(this);
  }

  @Test
  void kit_badMessage_takesNoOtherWithIt() throws Exception {
    KitDelivery.rejectsOneMessageAlone(this);
  }

  @Test
  void kit_tombstone_isTakenIfPromised() throws Exception {
    KitDelivery.takesATombstoneIfItSaysSo(this);
  }

  @Test
  void kit_claimCheck_arrivesIfPromised() throws Exception {
    KitDelivery.takesAClaimCheckIfItSaysSo(this);
  }

  @Test
  void kit_messageOfExactlyTheLimit_arrives() throws Exception {
    KitDelivery.takesAMessageOfExactlyTheLimit(this);
  }

  @Test
  void kit_batchOfExactlyTheLimit_arrives() throws Exception {
    KitDelivery.takesABatchOfExactlyTheLimit(this);
  }

  @Test
  void kit_failedEntries_areTheRightOnes() throws Exception {
    if (failsEntries()) {
      KitFailures.mapsEverySubsetOfFailedEntries(this);
    }
  }

  @Test
  void kit_failedEntry_endsItsLaneIfPromised() throws Exception {
    KitFailures.keepsAPrefixOfEachLane(this);
  }

  @TestFactory
  Stream<DynamicTest> kit_trouble_meansWhatItIs() {
    return troubles().stream()
        .filter(trouble -> trouble != Trouble.HANG) // has its own tests, below
        .map(
            trouble ->
                DynamicTest.dynamicTest(
                    trouble.name(), () -> KitFailures.saysWhatATroubleMeans(this, trouble)));
  }

  @Test
  void kit_sendsSideBySide_allArrive() throws Exception {
    KitThreads.sendsSideBySide(this);
  }

  @Test
  void kit_deadline_endsASend() throws Exception {
    if (troubles().contains(Trouble.HANG)) {
      KitThreads.stopsAtTheDeadline(this);
    }
  }

  @Test
  void kit_deadlineInThePast_endsASend() throws Exception {
    if (troubles().contains(Trouble.HANG)) {
      KitThreads.sendsNothingAfterTheDeadline(this);
    }
  }

  @Test
  void kit_interrupt_endsASend() throws Exception {
    if (troubles().contains(Trouble.HANG)) {
      KitThreads.stopsAtAnInterrupt(this);
    }
  }

  @Test
  void kit_close_leavesOtherTargetsAlone() throws Exception {
    KitThreads.closesNothingOfAnother(this);
  }

  @Test
  void kit_close_mayComeTwice() throws Exception {
    KitThreads.closesTwice(this);
  }
}
