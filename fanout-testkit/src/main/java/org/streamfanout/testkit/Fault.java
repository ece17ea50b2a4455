package org.streamfanout.testkit;

import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a {@link FaultProxy} does to one call. Immutable; made by the factories here. */
public sealed interface Fault {

  /** Forwards the call and answers what the server answers. */
  record Pass() implements Fault {}

  /**
   * Fails entries of a batch call and forwards the others.
   *
   * @param places which entries fail, by their places from 0
   * @param error what is said of them; null for what the service documents
   */
  record FailEntries(IntPredicate places, @Nullable EntryError error) implements Fault {}

  /**
   * Refuses the call as the service documents it.
   *
   * @param reason why
   */
  record Refuse(Reason reason) implements Fault {}

  /**
   * Answers with an error of the test's own.
   *
   * @param status the HTTP status
   * @param code the service's code
   * @param message its text
   */
  record Answer(int status, String code, String message) implements Fault {}

  /** Resets the connection. */
  record Reset() implements Fault {}

  /**
   * Waits, then goes on.
   *
   * @param pause how long
   * @param then what comes after
   */
  record Delay(Duration pause, Fault then) implements Fault {}

  /**
   * Waits at a gate, then goes on.
   *
   * @param gate the gate
   * @param then what comes after
   */
  record Hold(Gate gate, Fault then) implements Fault {}

  /**
   * Forwards the call, so that it takes effect, before anything else.
   *
   * @param then what comes after; {@link Pass} answers what the server said
   */
  record Applied(Fault then) implements Fault {}

  /** Why a service refuses a call. */
  enum Reason {
    /** Too many calls. */
    THROTTLED,
    /** An error of the service, with a status of 500 or above. */
    SERVER_ERROR,
    /** The credentials are too old. */
    EXPIRED_CREDENTIALS,
    /** The caller may not do this. */
    ACCESS_DENIED,
    /** There is no such queue, topic, stream or table. */
    MISSING
  }

  /** Does nothing to the call. */
  static Fault pass() {
    return new Pass();
  }

  /** Fails the entries at these places, with the error that the service documents. */
  static Fault failEntries(int... places) {
    return new FailEntries(among(places), null);
  }

  /** Fails the entries at these places with an error of the test's own. */
  static Fault failEntries(EntryError error, int... places) {
    return new FailEntries(among(places), error);
  }

  /** Fails the entries whose places match, with the error that the service documents. */
  static Fault failEntriesIf(IntPredicate places) {
    return new FailEntries(places, null);
  }

  /** Throttles the whole call. */
  static Fault throttle() {
    return new Refuse(Reason.THROTTLED);
  }

  /** Answers with the service's own kind of 5xx. */
  static Fault serverError() {
    return new Refuse(Reason.SERVER_ERROR);
  }

  /** Says that the credentials have expired. */
  static Fault expiredCredentials() {
    return new Refuse(Reason.EXPIRED_CREDENTIALS);
  }

  /** Says that the caller may not do this. */
  static Fault accessDenied() {
    return new Refuse(Reason.ACCESS_DENIED);
  }

  /** Says that there is no such queue, topic, stream or table. */
  static Fault missing() {
    return new Refuse(Reason.MISSING);
  }

  /** Answers with an error of the test's own, written as the service writes errors. */
  static Fault answer(int status, String code, String message) {
    return new Answer(status, code, message);
  }

  /** Resets the connection before the server has seen anything. */
  static Fault reset() {
    return new Reset();
  }

  /** Lets the call take effect, then resets the connection. */
  static Fault applyThenReset() {
    return new Applied(new Reset());
  }

  /** Lets the call take effect, then does something else in place of the answer. */
  static Fault applyThen(Fault then) {
    return new Applied(then);
  }

  /** Waits before anything else. */
  static Fault delay(Duration pause, Fault then) {
    return new Delay(pause, then);
  }

  /** Waits at a gate before anything else. */
  static Fault hold(Gate gate, Fault then) {
    return new Hold(gate, then);
  }

  private static IntPredicate among(int... places) {
    Set<Integer> chosen = Arrays.stream(places).boxed().collect(Collectors.toUnmodifiableSet());
    return chosen::contains;
  }
}
