package org.streamfanout.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;

/** The ways in which destinations answer, fail and misbehave. */
public final class Behaviours {
  private Behaviours() {}

  /** Accepts everything. */
  public static Behaviour accept() {
    return Sending::acceptAll;
  }

  /** Fails every message. */
  public static Behaviour fail(Failure failure) {
    return failIf(message -> true, failure);
  }

  /** Fails the messages that match and accepts the others, as {@link Sending#accept} does. */
  public static Behaviour failIf(Predicate<Message> matching, Failure failure) {
    return sending -> sending.accept(message -> matching.test(message) ? failure : null);
  }

  /** Fails the messages at these places of the batch, from 0. */
  public static Behaviour failAt(Failure failure, int... places) {
    Set<Integer> failing = Arrays.stream(places).boxed().collect(Collectors.toUnmodifiableSet());
    return sending -> {
      List<Message> messages = sending.batch().messages();
      return sending.acceptByPlace(
          place -> failing.contains(place) && place < messages.size() ? failure : null);
    };
  }

  /** Throttles the whole call. */
  public static Behaviour throttle() {
    return fail(Failure.throttled("Throttled", "the target asks to slow down"));
  }

  /** Throws before anything took effect. */
  public static Behaviour raise(Exception error) {
    return sending -> {
      throw error;
    };
  }

  /** Throws an error, as a broken provider does, before anything took effect. */
  public static Behaviour breakWith(Error error) {
    return sending -> {
      throw error;
    };
  }

  /** Waits at a gate, then does something else; an interrupt ends the wait and the send. */
  public static Behaviour hang(Gate gate, Behaviour then) {
    return sending -> {
      gate.pass();
      return then.send(sending);
    };
  }

  /** Waits at a gate whoever interrupts, then does something else: a late answer. */
  public static Behaviour hangIgnoringInterrupts(Gate gate, Behaviour then) {
    return sending -> {
      gate.passIgnoringInterrupts();
      return then.send(sending);
    };
  }

  /** Accepts everything, then throws: the caller cannot know that it took effect. */
  public static Behaviour acceptThenRaise(Exception error) {
    return sending -> {
      sending.acceptAll();
      throw error;
    };
  }

  /** Accepts everything, then waits at a gate before it says so; an interrupt ends the wait. */
  public static Behaviour acceptThenHang(Gate gate) {
    return sending -> {
      List<Outcome> answer = sending.acceptAll();
      gate.pass();
      return answer;
    };
  }

  /** Accepts everything, then waits at a gate, whoever interrupts, before it says so. */
  public static Behaviour acceptThenHangIgnoringInterrupts(Gate gate) {
    return sending -> {
      List<Outcome> answer = sending.acceptAll();
      gate.passIgnoringInterrupts();
      return answer;
    };
  }

  /** Accepts everything and answers with a list of the wrong length. */
  public static Behaviour acceptAndAnswer(int outcomes) {
    return sending -> {
      sending.acceptAll();
      List<Outcome> answer = new ArrayList<>();
      for (int place = 0; place < outcomes; place++) {
        answer.add(Outcome.accepted());
      }
      return answer;
    };
  }
}
