package org.streamfanout.admin.doctor;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.Shell;
import org.streamfanout.spi.Arn;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.KeyManagerType;
import software.amazon.awssdk.services.kms.model.KeyMetadata;
import software.amazon.awssdk.services.kms.model.KeyState;

/** Keys of KMS, as far as they tell of themselves. */
final class Keys {
  private Keys() {}

  /**
   * Looks at a key that something is encrypted with.
   *
   * @param key its id, ARN or alias
   * @return its ARN, if it is the account's own, so that who uses it needs to be allowed to;
   *     nothing for one of AWS's, or if it cannot be told
   */
  static Optional<Arn> own(
      Facts facts, String key, @Nullable String region, String subject, Notes notes) {
    String there = Arn.parse(key).map(Arn::region).orElse(region);
    KmsClient kms = facts.clients().client(KmsClient.class, KmsClient::builder, there);
    Optional<KeyMetadata> found =
        notes
            .ask(
                subject,
                "look up its key " + key,
                "kms:DescribeKey",
                "its key " + key + " is not there; nothing can be read or written",
                () -> kms.describeKey(request -> request.keyId(key)))
            .map(answer -> answer.keyMetadata());
    if (found.isEmpty()) {
      return Optional.empty();
    }
    KeyMetadata metadata = found.get();
    if (metadata.keyState() == KeyState.PENDING_DELETION) {
      notes.problem(
          subject,
          "its key " + metadata.arn() + " will be deleted; nothing can be read or written",
          Shell.line("aws", "kms", "cancel-key-deletion", "--key-id", metadata.arn()),
          Shell.line("aws", "kms", "enable-key", "--key-id", metadata.arn()));
    } else if (metadata.keyState() != KeyState.ENABLED) {
      notes.problem(
          subject,
          "its key "
              + metadata.arn()
              + " is "
              + metadata.keyStateAsString()
              + "; nothing can be read or written",
          Shell.line("aws", "kms", "enable-key", "--key-id", metadata.arn()));
    }
    return metadata.keyManager() == KeyManagerType.AWS
        ? Optional.empty()
        : Arn.parse(metadata.arn());
  }
}
