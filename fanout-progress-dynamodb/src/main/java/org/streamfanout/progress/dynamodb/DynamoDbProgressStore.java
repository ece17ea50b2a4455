package org.streamfanout.progress.dynamodb;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.ProgressStore;
import org.streamfanout.spi.RecordKey;
import org.streamfanout.spi.RecordProgress;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetProgress;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;

/**
 * Progress in a DynamoDB table that all processes share. Thread-safe.
 *
 * <p>The table has the partition key {@value #SHARD} and the sort key {@value #TARGET}, both text,
 * and its time to live by {@value #EXPIRES}; see {@link ProgressTable}. One item has the records of
 * one target, under one fingerprint, of one shard: its {@value #RECORDS} are bytes, every record by
 * itself, some ten bytes each where ids are alike, as those of Kinesis are. An item of 400 KB is
 * the bound; what does not fit is not kept, and told. Writers read the item, merge, and write it on
 * the condition that its {@value #VERSION} is still what they read, and begin again if it is not.
 *
 * <p>A {@link #load} is one consistent query (one read unit where nothing is remembered). There is
 * no other call while nothing is held. It needs {@code dynamodb:Query}, {@code dynamodb:GetItem},
 * {@code dynamodb:PutItem} and {@code dynamodb:DeleteItem} on the table. The client is the caller's
 * to build, without retries of its own, and to close.
 */
public final class DynamoDbProgressStore implements ProgressStore {
  static final String SHARD = "sourceShard";
  static final String TARGET = "target";
  static final String RECORDS = "records";
  static final String VERSION = "version";
  static final String EXPIRES = "expires";

  /** 400 KB is an item's limit (as known 2026-11); the rest is for its other attributes. */
  private static final int MOST_BYTES = 390_000;

  /** As many shards as may be remembered to have had nothing. */
  private static final int MOST_QUIET = 10_000;

  private static final Duration SHORTEST_CALL = Duration.ofMillis(1);

  private final DynamoDbClient client;
  private final String table;
  private final Duration timeToLive;
  private final Duration timeout;
  private final long quietNanos;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();

  /** When the table was last seen to have nothing, by partition. */
  private final Map<String, Long> quiet;

  /** What an item holds; version 0 is one that is not there. */
  private record Item(long version, Map<RecordKey, RecordProgress> records) {}

  private DynamoDbProgressStore(Builder builder) {
    this.client = builder.client;
    this.table = builder.table;
    this.timeToLive = builder.timeToLive;
    this.timeout = builder.timeout;
    this.quietNanos = builder.quiet.toNanos();
    this.clock = builder.clock;
    this.quiet =
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MOST_QUIET;
          }
        };
  }

  /**
   * Starts a store.
   *
   * @param table the table's name or ARN
   */
  public static Builder builder(DynamoDbClient client, String table) {
    return new Builder(client, table);
  }

  // ---------------------------------------------------------------- reading

  @Override
  public List<TargetProgress> load(Source source, @Nullable String shard, Deadline deadline)
      throws IOException {
    String partition = Keys.partition(source, shard);
    if (isQuiet(partition)) {
      return List.of();
    }
    List<TargetProgress> all = new ArrayList<>();
    Map<String, AttributeValue> start = Map.of();
    do {
      var answer =
          client.query(
              QueryRequest.builder()
                  .tableName(table)
                  .consistentRead(true)
                  .keyConditionExpression("#shard = :shard")
                  .expressionAttributeNames(Map.of("#shard", SHARD))
                  .expressionAttributeValues(Map.of(":shard", AttributeValue.fromS(partition)))
                  .exclusiveStartKey(start.isEmpty() ? null : start)
                  .overrideConfiguration(within(deadline))
                  .build());
      for (Map<String, AttributeValue> item : answer.items()) {
        Keys.Target target = Keys.target(text(item, TARGET));
        all.add(new TargetProgress(target.id(), target.fingerprint(), alive(item)));
      }
      start = answer.lastEvaluatedKey();
    } while (!start.isEmpty());
    if (all.isEmpty() && quietNanos > 0) {
      setQuiet(partition);
    }
    return all;
  }

  private boolean isQuiet(String partition) {
    if (quietNanos == 0) {
      return false;
    }
    lock.lock();
    try {
      Long since = quiet.get(partition);
      return since != null && System.nanoTime() - since < quietNanos;
    } finally {
      lock.unlock();
    }
  }

  private void setQuiet(String partition) {
    lock.lock();
    try {
      quiet.put(partition, System.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  private void setNoisy(String partition) {
    lock.lock();
    try {
      quiet.remove(partition);
    } finally {
      lock.unlock();
    }
  }

  /** DynamoDB deletes what has expired within days, not at once. */
  private Map<RecordKey, RecordProgress> alive(Map<String, AttributeValue> item)
      throws IOException {
    if (number(item, EXPIRES) <= clock.instant().getEpochSecond()) {
      return Map.of();
    }
    AttributeValue records = item.get(RECORDS);
    if (records == null || records.b() == null) {
      throw new IOException("an item of table '" + table + "' has no " + RECORDS);
    }
    return PackedRecords.unpack(records.b().asByteArrayUnsafe());
  }

  private String text(Map<String, AttributeValue> item, String name) throws IOException {
    AttributeValue value = item.get(name);
    if (value == null || value.s() == null) {
      throw new IOException("an item of table '" + table + "' has no text " + name);
    }
    return value.s();
  }

  private long number(Map<String, AttributeValue> item, String name) throws IOException {
    AttributeValue value = item.get(name);
    try {
      if (value != null && value.n() != null) {
        return Long.parseLong(value.n());
      }
    } catch (NumberFormatException e) {
      throw new IOException("an item of table '" + table + "' has a broken " + name, e);
    }
    throw new IOException("an item of table '" + table + "' has no number " + name);
  }

  // ---------------------------------------------------------------- writing

  /**
   * {@inheritDoc}
   *
   * @throws IOException if the deadline comes before all is written, or an item cannot be read
   * @throws software.amazon.awssdk.core.exception.SdkException if DynamoDB refuses
   */
  @Override
  public int save(
      Source source, @Nullable String shard, List<TargetProgress> changes, Deadline deadline)
      throws IOException {
    String partition = Keys.partition(source, shard);
    setNoisy(partition);
    int beyond = 0;
    for (TargetProgress change : changes) {
      beyond += merge(partition, change, deadline);
    }
    return beyond;
  }

  private int merge(String partition, TargetProgress change, Deadline deadline) throws IOException {
    Map<String, AttributeValue> key =
        Map.of(
            SHARD, AttributeValue.fromS(partition), TARGET, AttributeValue.fromS(Keys.of(change)));
    for (int round = 1; ; round++) {
      Item item = read(key, deadline);
      Map<RecordKey, RecordProgress> merged = new HashMap<>(item.records());
      merged.putAll(change.records());
      merged.values().removeIf(RecordProgress.NONE::equals);
      Fitted fitted = fit(item.records(), merged);
      if (fitted.records().equals(item.records())) {
        return fitted.beyond();
      }
      try {
        write(key, item.version(), fitted, deadline);
        return fitted.beyond();
      } catch (ConditionalCheckFailedException e) {
        pause(round, deadline, e);
      }
    }
  }

  private Item read(Map<String, AttributeValue> key, Deadline deadline) throws IOException {
    var answer =
        client.getItem(
            GetItemRequest.builder()
                .tableName(table)
                .key(key)
                .consistentRead(true)
                .overrideConfiguration(within(deadline))
                .build());
    return answer.hasItem()
        ? new Item(number(answer.item(), VERSION), alive(answer.item()))
        : new Item(0, Map.of());
  }

  private record Fitted(Map<RecordKey, RecordProgress> records, byte[] packed, int beyond) {}

  /** Leaves out of what is new what an item cannot hold; what has changed in it always fits in. */
  private Fitted fit(Map<RecordKey, RecordProgress> before, Map<RecordKey, RecordProgress> merged)
      throws CharacterCodingException {
    byte[] packed = PackedRecords.pack(merged);
    if (packed.length <= MOST_BYTES && merged.size() <= PackedRecords.MOST_RECORDS) {
      return new Fitted(merged, packed, 0);
    }
    List<RecordKey> added = new ArrayList<>(merged.keySet());
    added.removeAll(before.keySet());
    added.sort((one, two) -> one.id().compareTo(two.id()));
    Map<RecordKey, RecordProgress> kept = new HashMap<>(merged);
    int left = added.size();
    while (left > 0 && (packed.length > MOST_BYTES || kept.size() > PackedRecords.MOST_RECORDS)) {
      int drop = Math.max(1, left / 4);
      added.subList(left - drop, left).forEach(kept::remove);
      left -= drop;
      packed = PackedRecords.pack(kept);
    }
    return new Fitted(kept, packed, added.size() - left);
  }

  private void write(
      Map<String, AttributeValue> key, long version, Fitted fitted, Deadline deadline)
      throws IOException {
    Map<String, String> names = Map.of("#version", VERSION);
    String condition = version == 0 ? "attribute_not_exists(#version)" : "#version = :version";
    Map<String, AttributeValue> values =
        version == 0 ? Map.of() : Map.of(":version", AttributeValue.fromN(Long.toString(version)));
    if (fitted.records().isEmpty()) {
      client.deleteItem(
          DeleteItemRequest.builder()
              .tableName(table)
              .key(key)
              .conditionExpression(condition)
              .expressionAttributeNames(names)
              .expressionAttributeValues(values.isEmpty() ? null : values)
              .overrideConfiguration(within(deadline))
              .build());
      return;
    }
    Map<String, AttributeValue> item = new HashMap<>(key);
    item.put(RECORDS, AttributeValue.fromB(SdkBytes.fromByteArrayUnsafe(fitted.packed())));
    item.put(VERSION, AttributeValue.fromN(Long.toString(nextVersion(version))));
    long expires = clock.instant().plus(timeToLive).getEpochSecond();
    item.put(EXPIRES, AttributeValue.fromN(Long.toString(expires)));
    client.putItem(
        PutItemRequest.builder()
            .tableName(table)
            .item(item)
            .conditionExpression(condition)
            .expressionAttributeNames(names)
            .expressionAttributeValues(values.isEmpty() ? null : values)
            .overrideConfiguration(within(deadline))
            .build());
  }

  /** At random, so that an item that was deleted and made again is never taken for the old one. */
  private static long nextVersion(long version) {
    long next = version;
    while (next == version) {
      next = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    }
    return next;
  }

  private void pause(int round, Deadline deadline, ConditionalCheckFailedException cause)
      throws IOException {
    long most = TimeUnit.MILLISECONDS.toNanos(5L << Math.min(round, 5));
    long pause = ThreadLocalRandom.current().nextLong(most);
    if (pause >= deadline.remainingNanos() || Thread.currentThread().isInterrupted()) {
      throw new IOException("other writers were quicker, " + round + " times", cause);
    }
    LockSupport.parkNanos(this, pause);
  }

  private static AwsRequestOverrideConfiguration within(Deadline deadline) throws IOException {
    Duration left = deadline.remaining();
    if (left.compareTo(SHORTEST_CALL) < 0) {
      throw new IOException("no time is left for the table");
    }
    return AwsRequestOverrideConfiguration.builder()
        .apiCallTimeout(left)
        .apiCallAttemptTimeout(left)
        .build();
  }

  @Override
  public boolean isShared() {
    return true;
  }

  @Override
  public Duration timeout() {
    return timeout;
  }

  /** Builds a store; not thread-safe. */
  public static final class Builder {
    private final DynamoDbClient client;
    private final String table;
    private Duration timeToLive = Duration.ofDays(7);
    private Duration timeout = Duration.ofMillis(500);
    private Duration quiet = Duration.ZERO;
    private Clock clock = Clock.systemUTC();

    private Builder(DynamoDbClient client, String table) {
      this.client = Objects.requireNonNull(client, "client");
      this.table = Objects.requireNonNull(table, "table");
    }

    /**
     * Sets how long an item is kept after it was last written; 7 days by default. What a target
     * misses for longer than that is sent to the others again.
     *
     * @throws IllegalArgumentException if it is less than a second
     */
    public Builder timeToLive(Duration newTimeToLive) {
      if (newTimeToLive.compareTo(Duration.ofSeconds(1)) < 0) {
        throw new IllegalArgumentException("timeToLive " + newTimeToLive + " is below a second");
      }
      timeToLive = newTimeToLive;
      return this;
    }

    /**
     * Sets how long a call of the store may take, all its requests included; half a second by
     * default. See {@link ProgressStore#timeout}.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder timeout(Duration newTimeout) {
      if (newTimeout.isNegative() || newTimeout.isZero()) {
        throw new IllegalArgumentException("timeout " + newTimeout + " is not positive");
      }
      timeout = newTimeout;
      return this;
    }

    /**
     * Sets for how long a shard of which the table had nothing is not asked for again; zero by
     * default. Saves requests where nothing is ever held; what another process saves meanwhile is
     * not seen in that time, and sent again.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Builder quiet(Duration newQuiet) {
      if (newQuiet.isNegative()) {
        throw new IllegalArgumentException("quiet " + newQuiet + " is negative");
      }
      quiet = newQuiet;
      return this;
    }

    /** Sets the wall clock. */
    public Builder clock(Clock newClock) {
      clock = Objects.requireNonNull(newClock, "clock");
      return this;
    }

    /** Returns the store; no I/O. */
    public DynamoDbProgressStore build() {
      return new DynamoDbProgressStore(this);
    }
  }
}
