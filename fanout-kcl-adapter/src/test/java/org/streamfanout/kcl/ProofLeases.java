package org.streamfanout.kcl;

import java.math.BigInteger;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/** The lease table, as KCL keeps it. */
final class ProofLeases {
  private ProofLeases() {}

  /**
   * A lease.
   *
   * @param owner who has it; null for nobody
   * @param moving whether it is being handed over
   * @param checkpoint a sequence number, or KCL's word for a beginning or an end
   * @param subSequenceNumber the rest of the checkpoint
   */
  record Lease(
      String shard,
      @Nullable String owner,
      boolean moving,
      String checkpoint,
      long subSequenceNumber) {
    boolean isEnded() {
      return checkpoint.equals("SHARD_END");
    }

    /** Returns whether a sequence number is behind the checkpoint. */
    boolean isOpen(String sequenceNumber) {
      return !isEnded()
          && (!Character.isDigit(checkpoint.charAt(0))
              || new BigInteger(sequenceNumber).compareTo(new BigInteger(checkpoint)) > 0);
    }
  }

  /** Reads the leases by shard; none if there is no table yet. */
  static Map<String, Lease> read(DynamoDbClient dynamoDb, String application) {
    try {
      return dynamoDb
          .scanPaginator(request -> request.tableName(application).consistentRead(true))
          .items()
          .stream()
          .filter(item -> item.containsKey("checkpoint") && item.containsKey("leaseKey"))
          .map(ProofLeases::lease)
          .collect(Collectors.toMap(Lease::shard, lease -> lease));
    } catch (ResourceNotFoundException e) {
      return Map.of();
    }
  }

  private static Lease lease(Map<String, AttributeValue> item) {
    AttributeValue owner = item.get("leaseOwner");
    return new Lease(
        item.get("leaseKey").s(),
        owner == null ? null : owner.s(),
        item.containsKey("checkpointOwner"),
        item.get("checkpoint").s(),
        Long.parseLong(item.get("checkpointSubSequenceNumber").n()));
  }
}
