package org.streamfanout.admin.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.AdminException;
import org.streamfanout.admin.Ask;
import org.streamfanout.admin.doctor.Diagnosis.Level;
import org.streamfanout.spi.Finding;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** What one check writes down. Thread-safe: it is read while a check that hangs still writes. */
final class Notes {
  /** In place of a problem that another check tells. */
  static final String TOLD_ELSEWHERE = "";

  private static final Pattern GONE = Pattern.compile("NotFound|NonExistent|DoesNotExist|NoSuch");

  private final String check;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Diagnosis> all = new ArrayList<>();

  Notes(String check) {
    this.check = check;
  }

  void ok(String subject, String text) {
    add(Level.OK, subject, text);
  }

  void warning(String subject, String text, String... commands) {
    add(Level.WARNING, subject, text, commands);
  }

  void problem(String subject, String text, String... commands) {
    add(Level.PROBLEM, subject, text, commands);
  }

  void unknown(String subject, String text, String... commands) {
    add(Level.UNKNOWN, subject, text, commands);
  }

  /** Writes down what a destination says of itself. */
  void finding(String subject, Finding finding) {
    switch (finding.severity()) {
      case OK -> ok(subject, finding.text());
      case WARNING -> warning(subject, finding.text());
      case ERROR -> problem(subject, finding.text());
    }
  }

  void add(Level level, String subject, String text, String... commands) {
    lock.lock();
    try {
      all.add(new Diagnosis(level, check, subject, text, List.of(commands)));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns the answer of a call, or nothing if there is none, which is then written down.
   *
   * @param action what the operator must be allowed
   */
  <T> Optional<T> ask(String subject, String doing, String action, Supplier<T> call) {
    return ask(subject, doing, action, null, call);
  }

  /**
   * Returns the answer of a call, or nothing if there is none, which is then written down.
   *
   * @param action what the operator must be allowed
   * @param gone the problem if what is asked about is not there; null if that is no problem of it
   */
  <T> Optional<T> ask(
      String subject, String doing, String action, @Nullable String gone, Supplier<T> call) {
    try {
      return Optional.of(Ask.aws(doing, action, call));
    } catch (AdminException e) {
      boolean isGone = gone != null && isGone(e.getCause());
      if (isGone && !TOLD_ELSEWHERE.equals(gone)) {
        problem(subject, String.valueOf(gone));
      } else if (!isGone) {
        unknown(subject, String.valueOf(e.getMessage()));
      }
      return Optional.empty();
    }
  }

  private static boolean isGone(@Nullable Throwable cause) {
    return cause instanceof AwsServiceException refused
        && refused.awsErrorDetails() != null
        && GONE.matcher(String.valueOf(refused.awsErrorDetails().errorCode())).find();
  }

  /** Returns whether nothing was written down that is not well. */
  boolean isWell() {
    return taken().stream().allMatch(each -> each.level() == Level.OK);
  }

  List<Diagnosis> taken() {
    lock.lock();
    try {
      return List.copyOf(all);
    } finally {
      lock.unlock();
    }
  }
}
