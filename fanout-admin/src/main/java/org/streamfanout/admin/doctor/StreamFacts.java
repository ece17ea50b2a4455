package org.streamfanout.admin.doctor;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a source says of itself.
 *
 * @param retention how long it keeps a record; null if that is not known
 * @param isEncrypted whether it is encrypted at rest
 * @param key the key of KMS, by id, ARN or alias; null for none of the account's
 * @param maxRecordBytes how large a record can be; null if that is not known
 */
record StreamFacts(
    @Nullable Duration retention,
    boolean isEncrypted,
    @Nullable String key,
    @Nullable Long maxRecordBytes) {}
