package org.streamfanout.cli.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.AdminException;
import org.streamfanout.admin.StoredTarget;
import org.streamfanout.admin.TargetCheck;
import org.streamfanout.admin.TargetsTable;
import org.streamfanout.cli.status.Shown;
import org.streamfanout.cli.status.StatusDocument;
import org.streamfanout.cli.status.Trouble;

/** Makes the targets table's part of the status document. Thread-safe. */
final class TableStatus {
  /** A page asks every few seconds; hosts read the table once a minute. */
  private static final Duration NOW_AND_THEN = Duration.ofSeconds(30);

  private final String name;
  private final TargetsTable table;
  private final TargetCheck check;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Instant readAt;
  private ObjectNode read = StatusDocument.part();

  TableStatus(String name, TargetsTable table, TargetCheck check) {
    this(name, table, check, Clock.systemUTC());
  }

  TableStatus(String name, TargetsTable table, TargetCheck check, Clock clock) {
    this.name = name;
    this.table = table;
    this.check = check;
    this.clock = clock;
  }

  /** Returns the part as it was read at most half a minute ago. */
  ObjectNode readNowAndThen() {
    lock.lock();
    try {
      Instant now = clock.instant();
      if (readAt == null || !now.isBefore(readAt.plus(NOW_AND_THEN))) {
        read = read();
        readAt = now;
      }
      return read.deepCopy();
    } finally {
      lock.unlock();
    }
  }

  /** Reads the table, and returns the part; it says so if the table cannot be read. */
  ObjectNode read() {
    ObjectNode part = StatusDocument.part();
    part.put("name", name);
    part.put("at", clock.instant().toString());
    try {
      List<StoredTarget> rows = table.rows();
      part.putNull("problem");
      StatusDocument.putTrouble(part, Set.of());
      putSources(part.putArray("sources"), ListCommand.problems(rows, check));
    } catch (AdminException e) {
      part.put("problem", Shown.of(String.join("; ", e.problems())));
      StatusDocument.putTrouble(part, Set.of(Trouble.TABLE_UNREADABLE));
      part.putArray("sources");
    }
    return part;
  }

  private static void putSources(ArrayNode sources, Map<StoredTarget, List<String>> rows) {
    Map<String, ArrayNode> targets = new HashMap<>();
    rows.forEach(
        (row, problems) ->
            targets
                .computeIfAbsent(
                    row.sourceArn(),
                    id -> sources.addObject().put("id", Shown.of(id)).putArray("targets"))
                .add(target(row, problems)));
  }

  private static ObjectNode target(StoredTarget row, List<String> problems) {
    Set<Trouble> trouble = EnumSet.noneOf(Trouble.class);
    if (row.isActive() && !problems.isEmpty()) {
      trouble.add(Trouble.INVALID);
    }
    ObjectNode target = StatusDocument.part();
    target.put("id", row.id());
    target.put("type", row.text("type"));
    target.put("destination", Shown.of(row.text("destination")));
    target.put("active", row.isActive());
    ArrayNode all = target.putArray("problems");
    problems.forEach(each -> all.add(Shown.of(each)));
    StatusDocument.putTrouble(target, trouble);
    return target;
  }
}
