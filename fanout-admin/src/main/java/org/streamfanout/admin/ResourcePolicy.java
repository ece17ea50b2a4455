package org.streamfanout.admin;

/**
 * What another account has to allow on something of its own. Immutable.
 *
 * @param kind what it is
 * @param arn its ARN
 * @param policy the policy; of a key, one more statement of its policy
 */
public record ResourcePolicy(Kind kind, String arn, PolicyDocument policy) {
  /** What can have such a policy. */
  public enum Kind {
    /** A Kinesis data stream. */
    STREAM,
    /** An enhanced fan-out consumer of a Kinesis data stream. */
    CONSUMER,
    /** A key of KMS. */
    KEY
  }
}
