package org.streamfanout.admin.doctor;

import java.util.List;
import java.util.TreeSet;
import org.streamfanout.admin.StoredTarget;
import org.streamfanout.spi.TargetConfig;

/** What there is to say about a row by itself. */
final class RowNotes {
  private RowNotes() {}

  static void write(StoredTarget row, List<String> problems, Notes notes) {
    String subject = Facts.subject(row.sourceArn(), row.id());
    for (String problem : problems) {
      if (row.isActive()) {
        notes.problem(subject, problem + ". Until then its records are held");
      } else {
        notes.warning(subject, "is not active, and could not be: " + problem);
      }
    }
    TreeSet<String> unknown = new TreeSet<>(row.columns().keySet());
    unknown.removeAll(TargetConfig.columns());
    if (!unknown.isEmpty()) {
      notes.warning(
          subject,
          "nobody understands "
              + (unknown.size() == 1 ? "the column " : "the columns ")
              + String.join(", ", unknown)
              + "; mistyped? What stays is kept and ignored");
    }
  }
}
