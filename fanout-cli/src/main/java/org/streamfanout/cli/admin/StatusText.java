package org.streamfanout.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Prints the status document for people. What it holds was written by others. */
final class StatusText {
  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cntrl}\\p{Cf}]");
  private static final Duration RECENT = Duration.ofMinutes(1);
  private static final double MILLIS = 1e3;

  private final PrintWriter out;

  StatusText(PrintWriter out) {
    this.out = out;
  }

  void print(JsonNode document) {
    for (JsonNode worker : document.path("workers")) {
      if (worker.path("answered").asBoolean()) {
        printWorker(worker);
      } else {
        out.println("worker " + text(worker, "url") + ": no answer");
        out.println("  ! " + text(worker, "problem"));
      }
    }
    if (document.path("table").isObject()) {
      printTable(document.path("table"));
    }
    out.println(document.path("fine").asBoolean() ? "all is well" : "look at the lines with !");
  }

  private void printWorker(JsonNode worker) {
    Instant now = time(worker, "at");
    List<String> words = new ArrayList<>();
    words.add(text(worker, "state").toLowerCase(Locale.ROOT).replace('_', ' '));
    words.add("up " + age(time(worker, "since"), now));
    words.add(number(worker.path("shards")) + " shards");
    words.add(
        number(worker.path("settled"))
            + " settled, "
            + String.format(Locale.ROOT, "%,.0f/s", rate(worker, now)));
    out.println("worker " + text(worker, "url") + ": " + String.join(", ", words));
    worker.path("problems").forEach(each -> out.println("  ! " + clean(each.asText())));
    if (worker.path("ledgerDifference").asLong() != 0) {
      out.println(
          "  ! the books differ by "
              + number(worker.path("ledgerDifference"))
              + " records: the engine is wrong; keep the log and report it");
    }
    if (worker.path("losses").asLong() > 0) {
      out.println("  ! gone before they were read: " + number(worker.path("losses")));
    }
    worker.path("sources").forEach(source -> printSource(source, now));
  }

  private static double rate(JsonNode worker, Instant now) {
    JsonNode history = worker.path("history");
    JsonNode times = history.path("at");
    for (int place = times.size() - 1; place >= 0; place--) {
      Duration ago = Duration.between(time(times.get(place).asText()), now);
      if (ago.compareTo(RECENT) >= 0 || (place == 0 && ago.toMillis() > 0)) {
        long more = worker.path("settled").asLong() - history.path("settled").path(place).asLong();
        return more * MILLIS / ago.toMillis();
      }
    }
    return 0;
  }

  private void printSource(JsonNode source, Instant now) {
    out.println("  " + text(source, "id"));
    if (!source.path("problem").isNull()) {
      out.println("    ! " + text(source, "problem"));
    }
    if (!source.path("targetsStaleSince").isNull()) {
      out.println(
          "    ! targets cannot be read again; those of "
              + age(time(source, "targetsStaleSince"), now)
              + " ago are used");
    }
    TextTable targets =
        new TextTable(
            "  target",
            "type",
            "destination",
            "row",
            "breaker",
            "held",
            "accepted",
            "filtered",
            "dead-lettered",
            "dropped",
            "last failure");
    for (JsonNode target : source.path("targets")) {
      JsonNode records = target.path("records");
      targets.add(
          "  " + text(target, "id"),
          text(target, "type"),
          text(target, "destination"),
          text(target, "row"),
          text(target, "breaker").toLowerCase(Locale.ROOT).replace('_', '-'),
          number(records.path("held")),
          number(records.path("accepted")),
          number(records.path("filtered")),
          number(records.path("deadLettered")),
          number(records.path("dropped")),
          failure(target.path("lastFailure"), now));
    }
    targets.print(out);
    source.path("targets").forEach(target -> printTrouble(target, now));
  }

  private void printTrouble(JsonNode target, Instant now) {
    String start = "    ! " + text(target, "id") + ": ";
    if (!target.path("heldSince").isNull()) {
      out.println(
          start
              + "holds "
              + number(target.path("records").path("held"))
              + " records for "
              + age(time(target, "heldSince"), now)
              + "; the oldest came into the source "
              + age(time(target, "oldestHeld"), now)
              + " ago");
    }
    if (!target.path("breakerSince").isNull()) {
      out.println(start + "is down for " + age(time(target, "breakerSince"), now));
    }
    target.path("problems").forEach(each -> out.println(start + clean(each.asText())));
  }

  private void printTable(JsonNode table) {
    out.println("targets table " + text(table, "name"));
    if (!table.path("problem").isNull()) {
      out.println("  ! " + text(table, "problem"));
    }
    for (JsonNode source : table.path("sources")) {
      out.println("  " + text(source, "id"));
      TextTable targets = new TextTable("  target", "type", "destination", "active");
      for (JsonNode target : source.path("targets")) {
        targets.add(
            "  " + text(target, "id"),
            text(target, "type"),
            text(target, "destination"),
            text(target, "active"));
      }
      targets.print(out);
      for (JsonNode target : source.path("targets")) {
        String mark = target.path("active").asBoolean() ? "    ! " : "    - ";
        target
            .path("problems")
            .forEach(each -> out.println(mark + text(target, "id") + ": " + clean(each.asText())));
      }
    }
    out.println("  a function's own numbers are in CloudWatch, namespace Custom/FanOut");
  }

  private static String failure(JsonNode failure, Instant now) {
    return failure.isObject()
        ? text(failure, "kind").toLowerCase(Locale.ROOT)
            + "/"
            + text(failure, "code")
            + " "
            + age(time(failure, "at"), now)
            + " ago"
        : "";
  }

  private static String text(JsonNode node, String member) {
    JsonNode value = node.path(member);
    return value.isNull() || value.isMissingNode() ? "-" : clean(value.asText());
  }

  private static String clean(String text) {
    return UNPRINTABLE.matcher(text).replaceAll("?");
  }

  private static String number(JsonNode number) {
    return String.format(Locale.ROOT, "%,d", number.asLong());
  }

  private static Instant time(JsonNode node, String member) {
    return time(node.path(member).asText());
  }

  /** Returns a time; what a worker wrote may be none, and then the age is seen to be absurd. */
  private static Instant time(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      return Instant.EPOCH;
    }
  }

  /** Returns a time in its two largest units. */
  private static String age(Instant since, Instant now) {
    Duration age = Duration.between(since, now);
    Duration time = age.isNegative() ? Duration.ZERO : age;
    if (time.toDays() > 0) {
      return time.toDays() + "d" + time.toHoursPart() + "h";
    }
    if (time.toHours() > 0) {
      return time.toHours() + "h" + time.toMinutesPart() + "m";
    }
    return time.toMinutes() > 0
        ? time.toMinutes() + "m" + time.toSecondsPart() + "s"
        : time.toSeconds() + "s";
  }
}
