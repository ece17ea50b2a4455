package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequest;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchResponse;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchResultEntry;
import software.amazon.awssdk.services.sqs.model.SqsException;

/** Against a stand-in for SQS that hides messages by a clock which the test moves. */
class HiddenMessagesTest {
  private static final Duration VISIBILITY = Duration.ofSeconds(120);

  private final Queue queue = new Queue();
  private final List<String> warnings = new ArrayList<>();
  private final HiddenMessages hidden =
      new HiddenMessages(queue, "https://q/x", VISIBILITY, () -> queue.now, warnings::add);

  /** Knows until when each message is hidden. */
  private static final class Queue implements SqsClient {
    long now = 5;
    final Map<String, Long> until = new TreeMap<>();
    final List<Integer> sizes = new ArrayList<>();
    @Nullable RuntimeException broken;

    void seconds(long seconds) {
      now += Duration.ofSeconds(seconds).toNanos();
    }

    Set<String> visible() {
      Set<String> visible = new HashSet<>();
      until.forEach(
          (id, end) -> {
            if (end <= now) {
              visible.add(id);
            }
          });
      return visible;
    }

    @Override
    public ChangeMessageVisibilityBatchResponse changeMessageVisibilityBatch(
        ChangeMessageVisibilityBatchRequest request) {
      if (broken != null) {
        throw broken;
      }
      sizes.add(request.entries().size());
      List<ChangeMessageVisibilityBatchResultEntry> done = new ArrayList<>();
      List<BatchResultErrorEntry> failed = new ArrayList<>();
      for (var entry : request.entries()) {
        if (entry.receiptHandle().equals("r" + entry.id())) {
          until.put(entry.id(), now + Duration.ofSeconds(entry.visibilityTimeout()).toNanos());
          done.add(ChangeMessageVisibilityBatchResultEntry.builder().id(entry.id()).build());
        } else {
          failed.add(
              BatchResultErrorEntry.builder()
                  .id(entry.id())
                  .code("ReceiptHandleIsInvalid")
                  .message("it is")
                  .build());
        }
      }
      return ChangeMessageVisibilityBatchResponse.builder().successful(done).failed(failed).build();
    }

    @Override
    public String serviceName() {
      return "sqs";
    }

    @Override
    public void close() {}
  }

  private void receive(int count) {
    for (int number = 0; number < count; number++) {
      receive("m" + number);
    }
  }

  private void receive(String id) {
    queue.until.put(id, queue.now + VISIBILITY.toNanos());
    hidden.add(id, "r" + id, queue.now);
  }

  @Test
  void extend_forHours_nothingComesIntoSight() {
    receive(25);

    for (int time = 0; time < 11 * 90; time++) {
      queue.seconds(40);
      assertThat(queue.visible()).isEmpty();
      hidden.extend();
    }

    assertThat(warnings).isEmpty();
    assertThat(queue.sizes).allMatch(size -> size == 10 || size == 5);
  }

  /** SQS keeps nothing hidden for longer; the last request must not ask for more. */
  @Test
  void extend_twelveHours_isToldOnceAndTheRestGoesOn() {
    receive(1);
    for (int time = 0; time < 12 * 90; time++) {
      queue.seconds(40);
      hidden.extend();
      assertThat(queue.until.get("m0")).isLessThanOrEqualTo(Duration.ofHours(12).toNanos());
    }
    receive("late");
    queue.seconds(100);
    hidden.extend();
    queue.seconds(100);

    assertThat(warnings).singleElement().asString().contains("TwelveHours", "https://q/x", "120 s");
    assertThat(queue.visible()).containsExactly("m0");
  }

  @Test
  void extend_takenAndGivenBack_areLeftAlone() {
    receive(3);

    assertThat(hidden.take(List.of("m1", "unknown"))).containsExactly(Map.entry("m1", "rm1"));
    queue.seconds(119);
    hidden.extend();
    queue.seconds(1);
    assertThat(queue.visible()).containsExactly("m1");
    hidden.giveBack();

    assertThat(queue.visible()).containsExactlyInAnyOrder("m0", "m1", "m2");
  }

  @Test
  void extend_failsForMoments_isTriedAgainInTimeAndNotTold() {
    receive(3);
    queue.broken = SdkClientException.create("connection reset");
    queue.seconds(40);
    hidden.extend();
    queue.broken = null;
    queue.seconds(40);
    hidden.extend();
    queue.seconds(100);

    assertThat(queue.visible()).isEmpty();
    assertThat(warnings).isEmpty();
  }

  @Test
  void extend_failsUntilTheyAreInSight_isTold() {
    receive(3);
    queue.broken = SdkClientException.create("connection reset");
    for (int time = 0; time < 6; time++) {
      queue.seconds(40);
      hidden.extend();
    }

    assertThat(warnings).hasSize(1);
    assertThat(warnings.get(0)).contains("another reader", "be sent twice");
  }

  @Test
  void extend_denied_isToldAtOnceAndOnce() {
    receive(30);
    queue.broken =
        SqsException.builder()
            .statusCode(403)
            .awsErrorDetails(
                software.amazon.awssdk.awscore.exception.AwsErrorDetails.builder()
                    .errorCode("AccessDenied")
                    .errorMessage("no sqs:ChangeMessageVisibility")
                    .build())
            .build();
    queue.seconds(40);
    hidden.extend();
    queue.seconds(40);
    hidden.extend();

    assertThat(warnings).singleElement().asString().contains("AccessDenied");
  }

  @Test
  void extend_oneIsSomebodyElsesByNow_isToldAndTheOthersStayHidden() {
    receive(3);
    hidden.add("m1", "old receipt", queue.now);
    queue.seconds(100);
    hidden.extend();
    queue.seconds(100);

    assertThat(queue.visible()).containsExactly("m1");
    assertThat(warnings).singleElement().asString().contains("ReceiptHandleIsInvalid");
  }

  @Test
  void add_cameIntoSightAndWasReceivedAgain_isKnownAndItsNewReceiptCounts() {
    assertThat(hidden.add("m", "old", queue.now)).isTrue();
    assertThat(hidden.add("m", "new", queue.now)).isFalse();

    assertThat(hidden.take(List.of("m"))).containsEntry("m", "new");
  }
}
