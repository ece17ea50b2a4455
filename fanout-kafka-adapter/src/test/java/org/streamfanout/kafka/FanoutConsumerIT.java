package org.streamfanout.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.kafka.Member.Taken;
import org.streamfanout.spi.FanoutRecord;

/** Against a broker: what is in the log arrives at every target, whatever happens to consumers. */
@Timeout(600)
class FanoutConsumerIT {
  private static final int PARTITIONS = 6;
  private static final int KEYS = 50;
  private static final int MAX_POLL_RECORDS = 50;
  private static Cluster cluster;

  private final List<Taken> journal = Member.journal();

  @BeforeAll
  static void start() throws Exception {
    cluster = new Cluster();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private Member member(String name, Map<String, Object> more, String... topics) {
    Map<String, Object> properties = new HashMap<>(Map.of("max.poll.records", MAX_POLL_RECORDS));
    properties.putAll(more);
    return new Member(name, cluster, properties, journal, topics);
  }

  private List<Taken> taken(String targetId) {
    return journal.stream().filter(it -> it.targetId().equals(targetId)).toList();
  }

  private Set<String> ids(String targetId) {
    return taken(targetId).stream().map(it -> it.record().id()).collect(Collectors.toSet());
  }

  private static Set<String> idsInLog(String topic) {
    return cluster.records(topic).stream().map(Cluster::id).collect(Collectors.toSet());
  }

  private void awaitAll(String topic) throws Exception {
    Set<String> all = idsInLog(topic);
    Cluster.await(
        "everything at both targets",
        () -> ids("healthy").equals(all) && ids("failing").equals(all));
  }

  private static void awaitCommits(String topic, int partitions) throws Exception {
    Map<TopicPartition, Long> ends = cluster.ends(topic, partitions);
    Cluster.await("commits of all", () -> cluster.committed(topic, topic).equals(ends));
  }

  /** First appearances of each key's records are in the order of the log. */
  private void assertOrderOfKeys(String topic, String targetId) {
    Map<String, List<String>> arrived = new LinkedHashMap<>();
    Set<String> seen = new HashSet<>();
    for (Taken taken : taken(targetId)) {
      if (seen.add(taken.record().id())) {
        arrived
            .computeIfAbsent(taken.record().key(), key -> new ArrayList<>())
            .add(taken.record().id());
      }
    }
    Map<String, List<String>> written = new LinkedHashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : cluster.records(topic)) {
      written
          .computeIfAbsent(new String(record.key()), key -> new ArrayList<>())
          .add(Cluster.id(record));
    }
    assertThat(arrived).isEqualTo(written);
  }

  /** Returns the records that came more than once, each time but the first. */
  private List<Taken> again(String targetId) {
    Set<String> seen = new HashSet<>();
    return taken(targetId).stream().filter(taken -> !seen.add(taken.record().id())).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void twoConsumers_oneComesLateAndOneLeaves_everythingArrivesOnceAndInOrder(String protocol)
      throws Exception {
    String topic = cluster.createTopic(PARTITIONS);
    Map<String, Object> properties = Map.of("group.protocol", protocol);
    cluster.write(topic, 0, 2_000, KEYS);
    try (Member first = member("first", properties, topic)) {
      first.failures.set(40);
      Cluster.await("some records", () -> taken("healthy").size() > 500);
      first.failures.set(40);
      try (Member second = member("second", properties, topic)) {
        Cluster.await(
            "a share for each", () -> first.partitions() == 3 && second.partitions() == 3);
        second.failures.set(40);
        cluster.write(topic, 2_000, 4_000, KEYS);
        Cluster.await(
            "records at the second",
            () ->
                taken("failing").stream().filter(it -> it.member().equals("second")).count() > 200);
        first.failures.set(40);

        assertThat(first.consumer.stop(Duration.ofSeconds(60))).isTrue();
        assertThat(first.end()).isNull();

        cluster.write(topic, 4_000, 5_000, KEYS);
        awaitAll(topic);
        awaitCommits(topic, PARTITIONS);
        assertThat(second.partitions()).isEqualTo(PARTITIONS);
        assertThat(first.target.violations()).isEmpty();
        assertThat(second.target.violations()).isEmpty();
      }
    }
    assertThat(idsInLog(topic)).hasSize(5_000);
    for (String target : List.of("healthy", "failing")) {
      assertOrderOfKeys(topic, target);
      // What was given up was settled and committed first, so nobody saw it twice.
      assertThat(again(target)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void twoConsumers_targetDownWhenPartitionsMove_onlyWhatWasInHandComesTwice(String protocol)
      throws Exception {
    String topic = cluster.createTopic(PARTITIONS);
    // A third of it is what partitions may be held for.
    Map<String, Object> properties =
        Map.of("group.protocol", protocol, "max.poll.interval.ms", 9_000);
    cluster.write(topic, 0, 2_000, KEYS);
    try (Member first = member("first", properties, topic)) {
      Cluster.await("some records", () -> taken("failing").size() > 300);
      first.failures.set(Integer.MAX_VALUE);
      try (Member second = member("second", properties, topic)) {
        Cluster.await(
            "a share for each", () -> first.partitions() == 3 && second.partitions() == 3);
        first.failures.set(0);
        awaitAll(topic);
        awaitCommits(topic, PARTITIONS);
      }
    }
    for (String target : List.of("healthy", "failing")) {
      assertOrderOfKeys(topic, target);
      assertThat(again(target))
          .hasSizeLessThanOrEqualTo(3 * MAX_POLL_RECORDS)
          .allSatisfy(taken -> assertThat(taken.member()).isEqualTo("second"));
    }
    assertThat(again("healthy")).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void targetDown_longerThanThePollInterval_theConsumerStaysInItsGroup(String protocol)
      throws Exception {
    String topic = cluster.createTopic(2);
    cluster.write(topic, 0, 200, KEYS);
    Duration interval = Duration.ofSeconds(2);
    Map<String, Object> properties =
        Map.of("group.protocol", protocol, "max.poll.interval.ms", (int) interval.toMillis());
    try (Member member = member("only", properties, topic)) {
      member.failures.set(Integer.MAX_VALUE);
      Cluster.await("a full member", () -> member.partitions() == 2);
      Cluster.await("the healthy one's records", () -> taken("healthy").size() >= 2 * 20);
      var before = cluster.group(topic);
      long since = System.nanoTime();

      Cluster.await("three intervals", () -> System.nanoTime() - since > 3 * interval.toNanos());

      var after = cluster.group(topic);
      assertThat(after.members()).hasSize(1).isEqualTo(before.members());
      assertThat(after.groupEpoch()).isEqualTo(before.groupEpoch());
      assertThat(member.consumer.status().state()).isEqualTo(ConsumerStatus.State.RUNNING);
      assertThat(cluster.committed(topic, topic).values()).allMatch(offset -> offset == 0);
      member.failures.set(0);
      awaitAll(topic);
      awaitCommits(topic, 2);
    }
    assertThat(again("healthy")).isEmpty();
    assertThat(again("failing")).isEmpty();
  }

  @Test
  void stop_inTheMiddleThenRestart_leavesNoGapAndRepeatsNothing() throws Exception {
    String topic = cluster.createTopic(PARTITIONS);
    cluster.write(topic, 0, 3_000, KEYS);
    int round = 0;
    while (taken("failing").size() < 2_500) {
      int enough = taken("failing").size() + 400;
      try (Member member = member("round-" + round++, Map.of(), topic)) {
        member.failures.set(10);
        Cluster.await("some more", () -> taken("failing").size() >= Math.min(enough, 3_000));
        assertThat(member.consumer.stop(Duration.ofSeconds(60))).isTrue();
      }
    }
    try (Member last = member("last", Map.of(), topic)) {
      awaitAll(topic);
      awaitCommits(topic, PARTITIONS);
      assertThat(last.consumer.stop(Duration.ofSeconds(60))).isTrue();
    }
    assertThat(round).isGreaterThan(1);
    for (String target : List.of("healthy", "failing")) {
      assertOrderOfKeys(topic, target);
      assertThat(again(target)).isEmpty();
    }
  }

  @Test
  void stop_targetDownThenRestart_leavesNoGap() throws Exception {
    String topic = cluster.createTopic(1);
    cluster.write(topic, 0, 300, KEYS);
    try (Member member = member("first", Map.of(), topic)) {
      Cluster.await("some records", () -> taken("failing").size() > 60);
      member.failures.set(Integer.MAX_VALUE);
      Cluster.await("failures", () -> member.failures.get() < Integer.MAX_VALUE);

      assertThat(member.consumer.stop(Duration.ofMillis(500))).isFalse();
    }
    try (Member second = member("second", Map.of(), topic)) {
      awaitAll(topic);
      awaitCommits(topic, 1);
      assertThat(second.consumer.status().problem()).isNull();
    }
    assertOrderOfKeys(topic, "healthy");
    assertOrderOfKeys(topic, "failing");
    assertThat(again("failing")).hasSizeLessThanOrEqualTo(MAX_POLL_RECORDS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void transactions_markersAndAbortedRecords_doNotKeepTheCommitBack(String protocol)
      throws Exception {
    String topic = cluster.createTopic(1);
    TopicPartition partition = new TopicPartition(topic, 0);
    try (Member member =
            member(
                "only",
                Map.of("isolation.level", "read_committed", "group.protocol", protocol),
                topic);
        KafkaProducer<byte[], byte[]> producer =
            cluster.producer(Map.of("transactional.id", topic))) {
      producer.initTransactions();
      transaction(producer, topic, "a", true);
      transaction(producer, topic, "b", false);
      Cluster.await("the first", () -> taken("failing").size() == 1);
      // Two records and a marker after each.
      Cluster.await(
          "a commit of the end",
          () -> cluster.committed(topic, topic).equals(Map.of(partition, 4L)));
      transaction(producer, topic, "c", false);
      Cluster.await(
          "a commit of the end",
          () -> cluster.committed(topic, topic).equals(Map.of(partition, 6L)));
      assertThat(cluster.ends(topic, 1)).isEqualTo(Map.of(partition, 6L));
      Cluster.await(
          "no lag",
          () ->
              member.consumer.status().partitions().stream()
                  .allMatch(it -> it.lag() != null && it.lag() == 0));
    }
    assertThat(taken("failing")).extracting(it -> it.record().data().utf8()).containsExactly("a");
  }

  private static void transaction(
      KafkaProducer<byte[], byte[]> producer, String topic, String value, boolean commit)
      throws Exception {
    producer.beginTransaction();
    Cluster.get(producer.send(new ProducerRecord<>(topic, Cluster.utf8(value))));
    if (commit) {
      producer.commitTransaction();
    } else {
      producer.abortTransaction();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void recordsExpired_beforeTheyWereRead_areCountedAndTheRestArrives(String protocol)
      throws Exception {
    String topic = cluster.createTopic(1);
    Map<String, Object> properties = Map.of("group.protocol", protocol);
    cluster.write(topic, 0, 10, 1);
    try (Member member = member("first", properties, topic)) {
      awaitAll(topic);
      assertThat(member.consumer.stop(Duration.ofSeconds(60))).isTrue();
    }
    cluster.write(topic, 10, 100, 1);
    cluster.expire(new TopicPartition(topic, 0), 50);
    try (Member member = member("second", properties, topic)) {
      Cluster.await("the rest", () -> taken("failing").size() == 10 + 50);
      awaitCommits(topic, 1);
      Cluster.await("a count", () -> member.consumer.status().expired() == 40);
    }
    assertThat(again("failing")).isEmpty();
  }

  @Test
  void newGroup_latest_missesNothingAfterItsFirstStart() throws Exception {
    String topic = cluster.createTopic(1);
    cluster.write(topic, 0, 10, 1);
    Map<String, Object> latest = Map.of("auto.offset.reset", "latest");
    try (Member member = member("first", latest, topic)) {
      Cluster.await("a start", () -> cluster.committed(topic, topic).containsValue(10L));
      assertThat(member.consumer.stop(Duration.ofSeconds(60))).isTrue();
    }
    cluster.write(topic, 10, 15, 1);
    try (Member member = member("second", latest, topic)) {
      Cluster.await("the later ones", () -> taken("failing").size() == 5);
      awaitCommits(topic, 1);
      assertThat(member.consumer.status().expired()).isZero();
    }
  }

  @Test
  void records_ofEveryShape_arriveAsTheyAreInTheLog() throws Exception {
    String topic = cluster.createTopic(2);
    byte[] binary = {(byte) 0xff, 0, (byte) 0xfe};
    try (KafkaProducer<byte[], byte[]> producer = cluster.producer(Map.of())) {
      ProducerRecord<byte[], byte[]> full =
          new ProducerRecord<>(topic, 1, 1_700_000_000_123L, binary, binary);
      full.headers().add("h", binary).add("h", new byte[0]).add("n", null).add("h", binary);
      producer.send(full);
      producer.send(new ProducerRecord<>(topic, 1, 5L, null, Cluster.utf8("no key")));
      producer.send(new ProducerRecord<>(topic, 0, 7L, Cluster.utf8("gone"), (byte[]) null));
      producer.send(new ProducerRecord<>(topic, 0, 0L, new byte[0], new byte[0]));
    }
    try (Member member = member("only", Map.of(), topic)) {
      awaitAll(topic);
      assertThat(member.target.violations()).isEmpty();
    }
    Map<String, FanoutRecord> arrived =
        taken("failing").stream().collect(Collectors.toMap(it -> it.record().id(), Taken::record));
    assertThat(cluster.records(topic))
        .hasSize(4)
        .allSatisfy(
            read -> {
              FanoutRecord expected = new PartitionBatch(List.of(read), null).records().get(0);
              assertThat(arrived.get(Cluster.id(read)))
                  .usingRecursiveComparison()
                  .isEqualTo(expected);
            });
    assertThat(arrived.get(topic + "-0:0").data()).isNull();
    assertThat(arrived.get(topic + "-1:0").headers()).hasSize(4);
  }

  @Test
  void topics_several_areAllRead() throws Exception {
    String first = cluster.createTopic(2);
    String second = cluster.createTopic(1);
    cluster.write(first, 0, 20, KEYS);
    cluster.write(second, 0, 20, KEYS);
    try (Member member = member("only", Map.of(), first, second)) {
      Cluster.await("all of both", () -> taken("failing").size() == 40);
      assertThat(member.consumer.status().partitions())
          .extracting(PartitionStatus::topic)
          .containsExactly(first, first, second);
    }
    assertThat(taken("failing").stream().map(it -> it.record().id()).toList())
        .doesNotHaveDuplicates();
  }
}
