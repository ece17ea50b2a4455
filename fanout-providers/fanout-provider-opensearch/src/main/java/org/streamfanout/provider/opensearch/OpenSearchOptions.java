package org.streamfanout.provider.opensearch;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.TargetConfig;

/**
 * What a target's options say. Immutable.
 *
 * @param id where ids come from
 * @param action what is done with a document
 * @param auth how calls are authorized
 * @param user the user of {@link Auth#BASIC}; null for the others
 * @param passwordName the name of that user's secret; null for the others
 */
record OpenSearchOptions(
    DocumentId id, Action action, Auth auth, @Nullable String user, @Nullable String passwordName) {
  private static final DocumentId STANDARD_ID = new DocumentId(DocumentId.Origin.RECORD, null);
  private static final Pattern USER = Pattern.compile("[\\x21-\\x39\\x3b-\\x7e]{1,256}");
  private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9._/-]{1,128}");

  /** What is done with a document. */
  enum Action {
    /** It is added, or replaces the one with its id. */
    INDEX,
    /** It is added, unless there is one with its id. */
    CREATE,
    /** Its fields are merged into the document with its id, which is added if there is none. */
    UPDATE
  }

  /** How calls are authorized. */
  enum Auth {
    /** AWS's signature. */
    SIGV4,
    /** User and password. */
    BASIC,
    /** Not at all. */
    NONE
  }

  /**
   * Reads the options.
   *
   * @param isAws whether the destination is a host of AWS's own, which is signed for by default
   * @param problems where everything that is wrong is added
   */
  static OpenSearchOptions parse(TargetConfig target, boolean isAws, List<String> problems) {
    Map<String, String> options = target.options();
    Optional<DocumentId> id = DocumentId.parse(options.getOrDefault("id", "record"));
    if (id.isEmpty()) {
      problems.add(
          "option 'id' is '"
              + options.get("id")
              + "', not record, key, none, field:<name> or field:/<JSON pointer>");
    }
    Action action = choice(options, "action", Action.values(), Action.INDEX, problems);
    if (id.filter(it -> it.origin() == DocumentId.Origin.NONE).isPresent()
        && action == Action.UPDATE) {
      problems.add("option 'action' is 'update', which needs ids; option 'id' is 'none'");
    }
    Auth auth = choice(options, "auth", Auth.values(), isAws ? Auth.SIGV4 : Auth.NONE, problems);
    if (auth != Auth.SIGV4 && target.role() != null) {
      problems.add("a role is assumed to sign; it needs the option auth=sigv4");
    }
    String user = options.get("user");
    String password = options.get("password");
    if (auth == Auth.BASIC && (user == null || !USER.matcher(user).matches())) {
      problems.add("option 'user' must name a user, without colons, for auth=basic");
    }
    if (auth == Auth.BASIC && (password == null || !SECRET.matcher(password).matches())) {
      // Not quoted: it may be the password itself, written here by mistake.
      problems.add("option 'password' must name a secret of the operator's, for auth=basic");
    }
    if (auth != Auth.BASIC && (user != null || password != null)) {
      problems.add("options 'user' and 'password' are for auth=basic");
    }
    return new OpenSearchOptions(id.orElse(STANDARD_ID), action, auth, user, password);
  }

  private static <E extends Enum<E>> E choice(
      Map<String, String> options, String name, E[] values, E standard, List<String> problems) {
    String text = options.get(name);
    if (text == null) {
      return standard;
    }
    StringBuilder known = new StringBuilder();
    for (E value : values) {
      String written = value.name().toLowerCase(Locale.ROOT);
      if (written.equals(text)) {
        return value;
      }
      known.append(known.isEmpty() ? "" : ", ").append(written);
    }
    problems.add("option '" + name + "' is '" + text + "', not one of " + known);
    return standard;
  }

  /**
   * Returns whether a tombstone deletes the document of its key. A target that only ever creates
   * deletes nothing.
   */
  boolean deletes() {
    return id.origin() == DocumentId.Origin.KEY && action != Action.CREATE;
  }
}
