package org.streamfanout.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.cli.LetterSource.Found;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.LetterFilter;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.TargetResult;
import org.streamfanout.core.deadletter.DeadLetter;
import org.streamfanout.core.deadletter.DeadLetter.Stage;
import org.streamfanout.core.deadletter.DeadLetterFormatException;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;

/**
 * Sends letters to their target, some at a time, and settles those that it accepts before it reads
 * on. A letter that stays keeps the later ones of its order back. For one thread.
 */
final class Replay {
  /** What is in hand at once. */
  private static final int MOST_LETTERS = 500;

  private static final long MOST_BYTES = 16L * 1024 * 1024;

  static final String STOPPED = "stopped as asked";

  private static final String BEHIND = "an earlier letter of its order stays";

  private final FanoutEngine engine;
  private final ReplayRows rows;
  private final LetterSource letters;
  private final String target;
  private final @Nullable LetterFilter filter;
  private final RateLimit rate;
  private final Duration timeout;
  private final ReplayStop stop;
  private final Totals totals;
  private final ReplayLine line;
  private final ReplayCounts counts = new ReplayCounts();

  /** Of letters that were refused. Those in hand were read before it was known. */
  private final Set<Lane> closed = new HashSet<>();

  /** Of letters that cannot be sent at all: closed for those that are read later. */
  private final Set<Lane> stuck = new HashSet<>();

  private final Set<String> stuckGroups = new HashSet<>();
  private boolean targetIsThere;
  private @Nullable String end;

  private record Lane(Source source, String place) {}

  private record Place(Source source, @Nullable String shard) {}

  /** A letter to send. */
  private record Wanted(Found found, DeadLetter letter, @Nullable Lane lane) {}

  /** Letters of one shard that have come equally far, none at the place of another. */
  private record Part(Place place, Stage stage, List<Wanted> letters, Set<Position> positions) {}

  /** What a replay is made with. */
  record Settings(
      String target,
      @Nullable LetterFilter filter,
      RateLimit rate,
      Duration timeout,
      ReplayStop stop) {}

  Replay(
      FanoutEngine engine,
      ReplayRows rows,
      LetterSource letters,
      Settings settings,
      Totals totals,
      ReplayLine line) {
    this.engine = engine;
    this.rows = rows;
    this.letters = letters;
    this.target = settings.target();
    this.filter = settings.filter();
    this.rate = settings.rate();
    this.timeout = settings.timeout();
    this.stop = settings.stop();
    this.totals = totals;
    this.line = line;
  }

  ReplayCounts counts() {
    return counts;
  }

  /** Returns why it ended before its letters did; null if it did not. */
  @Nullable String end() {
    return end;
  }

  /** Returns whether every letter of the target was settled. */
  boolean isComplete() {
    return end == null && counts.left() == 0 && counts.unseen == 0;
  }

  /**
   * Returns whether letters were found, of other targets alone, and no row of their sources has the
   * id that was asked for: most likely it is not what was meant.
   */
  boolean isMistaken() {
    return counts.otherTargets > 0
        && counts.wanted() + counts.left() + counts.notMatching == 0
        && !targetIsThere;
  }

  /** Sends until no letters are left, somebody asks for the end, or the target takes nothing. */
  void run() throws InterruptedException {
    line.at(0, 0, letters.progress());
    while (end == null) {
      List<Wanted> chunk = new ArrayList<>();
      boolean atEnd = collect(chunk);
      if (!chunk.isEmpty()) {
        rate.take(chunk.size());
        send(chunk);
      }
      line.at(counts.accepted + counts.filtered, counts.left(), letters.progress());
      if (atEnd) {
        return;
      }
      if (stop.isAsked()) {
        end = STOPPED;
      }
    }
  }

  /** Counts what would be sent, and leaves everything. */
  void look() throws InterruptedException {
    line.at(0, 0, letters.progress());
    boolean atEnd = false;
    while (!atEnd && end == null) {
      List<Wanted> chunk = new ArrayList<>();
      atEnd = collect(chunk);
      chunk.forEach(each -> letters.leave(each.found()));
      line.at(counts.wanted(), counts.left(), letters.progress());
      if (!atEnd && stop.isAsked()) {
        end = STOPPED;
      }
    }
  }

  /** Returns whether nothing more comes. */
  private boolean collect(List<Wanted> chunk) throws InterruptedException {
    int most = rate.atOnce(MOST_LETTERS);
    long bytes = 0;
    boolean first = true;
    while (chunk.size() < most && bytes < MOST_BYTES) {
      List<Found> found = letters.next(first, most - chunk.size());
      if (found.isEmpty()) {
        return first && !stop.isAsked();
      }
      first = false;
      for (Found each : found) {
        counts.read++;
        Wanted wanted = wanted(each);
        if (wanted == null) {
          letters.leave(each);
        } else {
          counts.wanted(wanted.letter(), each.json().length());
          chunk.add(wanted);
          bytes += each.json().length();
        }
      }
      if (stop.isAsked()) {
        return false;
      }
    }
    return false;
  }

  /** Returns a letter to send; null for one that stays, which was counted. */
  private @Nullable Wanted wanted(Found found) {
    String problem = found.problem();
    if (problem != null) {
      leaveUnread(found, problem);
      return null;
    }
    DeadLetter letter;
    try {
      letter = DeadLetter.parse(found.json());
    } catch (DeadLetterFormatException e) {
      leaveUnread(found, "no dead letter: " + e.getMessage());
      return null;
    }
    if (!letter.target().equals(target)) {
      counts.otherTargets++;
      targetIsThere |= rows.row(letter.source()).isThere();
      return null;
    }
    if (filter != null && !filter.matches(letter)) {
      counts.notMatching++;
      return null;
    }
    ReplayRows.Row row = rows.row(letter.source());
    TargetConfig config = row.target();
    if (config == null) {
      counts.leave(
          found.place(),
          "no usable target '"
              + target
              + "' of source '"
              + letter.source().id()
              + "': "
              + (row.isThere() ? String.join("; ", row.problems()) : "no row has this id"));
      return null;
    }
    Lane lane = lane(letter, rows.ordering(config));
    if (lane != null && (stuck.contains(lane) || isStuck(found.group()))) {
      stuck.add(lane);
      counts.leave(found.place(), BEHIND);
      return null;
    }
    String unsendable = unsendable(letter, config);
    if (unsendable != null) {
      counts.leave(found.place(), unsendable);
      if (lane != null) {
        stuck.add(lane);
      }
      return null;
    }
    return new Wanted(found, letter, lane);
  }

  /** Returns why what the target would have got cannot be made of a letter; null if it can. */
  private static @Nullable String unsendable(DeadLetter letter, TargetConfig config) {
    if (letter.stage() != Stage.READY && config.transform() != null) {
      return "transform '"
          + config.transform()
          + "' was not applied, and only the program that has it can do so";
    }
    if (letter.stage() == Stage.SOURCE && letter.record().part() != Position.WHOLE) {
      return "it could not be taken out of its aggregate, and never will be";
    }
    return null;
  }

  /** Nobody knows its order, but for the one that its place keeps. */
  private void leaveUnread(Found found, String why) {
    counts.leave(found.place(), why);
    if (found.group() != null) {
      stuckGroups.add(found.group());
    }
  }

  private boolean isStuck(@Nullable String group) {
    return group != null && stuckGroups.contains(group);
  }

  private static @Nullable Lane lane(DeadLetter letter, Ordering ordering) {
    return switch (ordering) {
      case NONE -> null;
      case KEY -> new Lane(letter.source(), "key " + letter.record().key());
      case BATCH, SHARD -> new Lane(letter.source(), "shard " + letter.shard());
    };
  }

  /** Looks at what could not be looked at. To be called at the end. */
  void finish() {
    counts.unseen = letters.unseen();
  }

  private void send(List<Wanted> chunk) throws InterruptedException {
    Deadline deadline = Deadline.after(timeout);
    for (Part part : parts(chunk)) {
      List<Wanted> open = new ArrayList<>();
      for (Wanted each : part.letters()) {
        if (end != null) {
          leave(each, end);
        } else if (each.lane() != null && closed.contains(each.lane())) {
          leave(each, BEHIND);
        } else {
          open.add(each);
        }
      }
      if (!open.isEmpty()) {
        send(part, open, deadline);
      }
    }
  }

  private static List<Part> parts(List<Wanted> chunk) {
    List<Part> parts = new ArrayList<>();
    Map<Place, Part> last = new HashMap<>();
    for (Wanted each : chunk) {
      DeadLetter letter = each.letter();
      Place place = new Place(letter.source(), letter.shard());
      Part part = last.get(place);
      if (part == null
          || part.stage() != letter.stage()
          || part.positions().contains(letter.record().position())) {
        part = new Part(place, letter.stage(), new ArrayList<>(), new HashSet<>());
        parts.add(part);
        last.put(place, part);
      }
      part.letters().add(each);
      part.positions().add(letter.record().position());
    }
    return parts;
  }

  private void send(Part part, List<Wanted> wanted, Deadline deadline) throws InterruptedException {
    rows.setStage(part.stage());
    SourceBatch batch =
        new SourceBatch(
            part.place().source(),
            part.place().shard(),
            wanted.stream().map(each -> each.letter().record()).toList());
    FanoutResult result = stop.sending(() -> engine.process(batch, deadline));
    totals.add(result);
    TargetResult answer = result.targets().get(0);
    Set<Position> unsettled = new HashSet<>(result.unsettled());
    Failure failure = answer.firstFailure();
    boolean isCutOff = stop.isCutOff();
    boolean isRefused = failure != null && !isCutOff;
    String refused = failure == null ? "not sent in time" : "refused, " + failure.code();
    String why = isCutOff ? "not accepted when it was stopped" : refused;
    List<Found> settled = new ArrayList<>();
    for (Wanted each : wanted) {
      if (unsettled.contains(each.letter().record().position())) {
        boolean behind = isRefused && each.lane() != null && closed.contains(each.lane());
        leave(each, behind ? BEHIND : why);
      } else {
        settled.add(each.found());
      }
    }
    if (!settled.isEmpty()) {
      letters.settle(settled);
    }
    // What is not decoded yet may come to several records, and is counted by letters here.
    long filtered = part.stage() == Stage.SOURCE ? 0 : answer.counts().filtered();
    counts.filtered += filtered;
    counts.accepted += settled.size() - filtered;
    if (unsettled.isEmpty()) {
      return;
    }
    if (stop.isCutOff()) {
      end = STOPPED;
    } else if (deadline.isExpired() || isFatal(failure)) {
      end = "the target takes nothing for now: " + Objects.requireNonNullElse(failure, "no answer");
    }
  }

  private static boolean isFatal(@Nullable Failure failure) {
    return failure != null && failure.kind() == Failure.Kind.FATAL;
  }

  private void leave(Wanted letter, String why) {
    letters.leave(letter.found());
    counts.leave(letter.found().place(), why);
    if (letter.lane() != null) {
      closed.add(letter.lane());
    }
  }
}
