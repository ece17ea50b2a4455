package org.streamfanout.simulator;

import java.util.Objects;

/**
 * Something that must never happen, and did.
 *
 * @param rule which of the rules was broken
 * @param what what happened, with names and places
 */
public record Violation(Rule rule, String what) {
  /** What the oracle holds everybody to. */
  public enum Rule {
    /** A record passed the checkpoint, or the end, and a target never got it. */
    LOST,
    /** A destination got something that no source wrote, or not for it. */
    INVENTED,
    /** A destination got other bytes, or another key, than the source has. */
    ALTERED,
    /** A record overtook an earlier one of its lane, or an old value came on top of a newer one. */
    ORDER,
    /** A destination got a record again without a reason that allows it. */
    DUPLICATE,
    /** The counts that the engine tells are not what destinations answered. */
    LEDGER,
    /** A commit that covers what is not settled, goes back, or is another's to make. */
    CHECKPOINT,
    /** More sends under way than the target's row or its order allows. */
    IN_FLIGHT,
    /** A record was sent again after it had failed as often as its row lets it. */
    ATTEMPTS,
    /** More a second than the target's row allows. */
    RATE,
    /** It does not come to an end, though nothing fails any more. */
    STUCK
  }

  /** Checks for nulls. */
  public Violation {
    Objects.requireNonNull(rule, "rule");
    Objects.requireNonNull(what, "what");
  }

  @Override
  public String toString() {
    return rule + ": " + what;
  }
}
