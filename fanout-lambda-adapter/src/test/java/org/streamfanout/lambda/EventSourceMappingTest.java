package org.streamfanout.lambda;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.lambda.ModelEvent.Item;
import org.streamfanout.lambda.ModelFunction.Script;
import org.streamfanout.spi.Ordering;

/** The models of Lambda catch answers that are wrong: each is planted here. */
@Timeout(120)
final class EventSourceMappingTest {
  private static final UnaryOperator<String> HONEST = UnaryOperator.identity();
  private static final Pattern NUMBER = Pattern.compile("\\b1\\d{3}\\b");

  /** A stream where six of ten records fail at first. */
  private static ThrowingCallable stream(
      ModelEvent events, boolean mappingIsPartial, UnaryOperator<String> tamper) {
    return stream(events, mappingIsPartial, Ordering.KEY, tamper);
  }

  private static ThrowingCallable stream(
      ModelEvent events,
      boolean mappingIsPartial,
      Ordering ordering,
      UnaryOperator<String> tamper) {
    return () -> {
      try (ModelFunction function =
          new ModelFunction(events.sources(), true, script(), ordering, tamper)) {
        new StreamMapping(
                events, new StreamMapping.Settings(mappingIsPartial, false, -1, -1, 8, 1), function)
            .run(items(events), 1);
        function.requireOrder(keys(events));
      }
    };
  }

  private static ThrowingCallable queue(ModelEvent events, UnaryOperator<String> tamper) {
    return () -> {
      try (ModelFunction function =
          new ModelFunction(events.sources(), true, script(), Ordering.KEY, tamper)) {
        new QueueMapping(
                events,
                new QueueMapping.Settings(true, events == ModelEvent.FIFO, -1, 8, 1),
                function)
            .run(items(events), 1);
      }
    };
  }

  private static Script script() {
    return new Script(7, 6, 0);
  }

  private static List<Item> items(ModelEvent events) {
    return IntStream.range(0, 24)
        .mapToObj(
            number ->
                new Item(
                    number,
                    "key-" + number % 4,
                    events == ModelEvent.KAFKA ? "orders-" + number % 2 : "one"))
        .toList();
  }

  private static Map<Integer, String> keys(ModelEvent events) {
    return items(events).stream().collect(Collectors.toMap(Item::number, Item::key));
  }

  private static String onePastEach(String answer) {
    return NUMBER
        .matcher(answer)
        .replaceAll(number -> String.valueOf(Integer.parseInt(number.group()) + 1));
  }

  private static String withoutTheLast(String answer) {
    int last = answer.lastIndexOf("{\"itemIdentifier\"");
    return last < 0 ? answer : answer.substring(0, last).replaceFirst(",$", "") + "]}";
  }

  private static String withNothingNamed(String answer) {
    return "{\"batchItemFailures\":[]}";
  }

  @Test
  void run_honestAnswers_pass() {
    for (ModelEvent events : List.of(ModelEvent.KINESIS, ModelEvent.KAFKA)) {
      assertThatCode(stream(events, true, HONEST)).doesNotThrowAnyException();
    }
    for (ModelEvent events : List.of(ModelEvent.SQS, ModelEvent.FIFO)) {
      assertThatCode(queue(events, HONEST)).doesNotThrowAnyException();
    }
  }

  @Test
  void run_aSequenceNumberOneTooHigh_isCaught() {
    assertThatThrownBy(stream(ModelEvent.KINESIS, true, EventSourceMappingTest::onePastEach))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("is lost");
  }

  @Test
  void run_anOffsetOneTooHigh_isCaught() {
    // The other partition has the even ones.
    UnaryOperator<String> twoPast = answer -> onePastEach(onePastEach(answer));

    assertThatThrownBy(stream(ModelEvent.KAFKA, true, twoPast))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("is lost");
  }

  @Test
  void run_anEmptyIdentifier_isCaught() {
    UnaryOperator<String> emptied = answer -> NUMBER.matcher(answer).replaceAll("");

    for (ModelEvent events : List.of(ModelEvent.KINESIS, ModelEvent.SQS, ModelEvent.FIFO)) {
      assertThatThrownBy(
              events == ModelEvent.KINESIS ? stream(events, true, emptied) : queue(events, emptied))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("the whole batch comes again");
    }
  }

  @Test
  void run_aPartitionThatIsNotInTheEvent_isCaught() {
    UnaryOperator<String> renamed = answer -> answer.replace("\"orders-", "\"orders");

    assertThatThrownBy(stream(ModelEvent.KAFKA, true, renamed))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("the whole batch comes again");
  }

  @Test
  void run_onePartitionLess_isCaught() {
    assertThatThrownBy(stream(ModelEvent.KAFKA, true, EventSourceMappingTest::withoutTheLast))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("is lost");
  }

  @Test
  void run_oneMessageLess_isCaught() {
    for (ModelEvent events : List.of(ModelEvent.SQS, ModelEvent.FIFO)) {
      assertThatThrownBy(queue(events, EventSourceMappingTest::withoutTheLast))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("is lost");
    }
  }

  @Test
  void run_nothingNamedThoughSomethingIsUnsettled_isCaught() {
    for (ModelEvent events : List.of(ModelEvent.KINESIS, ModelEvent.KAFKA)) {
      assertThatThrownBy(stream(events, true, EventSourceMappingTest::withNothingNamed))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("is lost");
    }
  }

  /** What docs/lambda.md warns of: the answer without the mapping's ReportBatchItemFailures. */
  @Test
  void run_aMappingThatDoesNotLookAtTheAnswer_isCaught() {
    assertThatThrownBy(stream(ModelEvent.KINESIS, false, HONEST))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("is lost");
  }

  @Test
  void run_targetsThatKeepNoOrder_areCaught() {
    assertThatThrownBy(stream(ModelEvent.KINESIS, true, Ordering.NONE, HONEST))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("of one key");
  }
}
