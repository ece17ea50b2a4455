package org.streamfanout.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
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

  /** A member that is gone is noticed soon. */
  static final Map<String, Object> KILLED =
      Map.of(
          "max.poll.records",
          MAX_POLL_RECORDS,
          "session.timeout.ms",
          10_000,
          "heartbeat.interval.ms",
          500);

  private static Cluster cluster;

  private final List<Taken> journal = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    cluster = new Cluster();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private Member member(String name, Map<String, Object> more, String... topics) {
    return idle(name, more, topics).start();
  }

  private Member idle(String name, Map<String, Object> more, String... topics) {
    Map<String, Object> properties = new HashMap<>(Map.of("max.poll.records", MAX_POLL_RECORDS));
    properties.putAll(more);
    return new Member(name, cluster.servers(), properties, journal::add, topics);
  }

  private List<Taken> taken(String targetId) {
    return journal.stream().filter(it -> it.targetId().equals(targetId)).toList();
  }

  private Set<String> ids(String targetId) {
    return taken(targetId).stream().map(it -> it.id()).collect(Collectors.toSet());
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

  private void assertOrderOfKeys(String topic, String targetId) {
    assertOrderOfKeys(topic, targetId, List.of());
  }

  /**
   * First appearances of each key's records are in the order of the log.
   *
   * @param before what came elsewhere before
   */
  private void assertOrderOfKeys(String topic, String targetId, List<String> before) {
    Map<String, String> keys = new LinkedHashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : cluster.records(topic)) {
      keys.put(Cluster.id(record), new String(record.key(), StandardCharsets.UTF_8));
    }
    Set<String> arrived = new LinkedHashSet<>(before);
    taken(targetId).forEach(taken -> arrived.add(taken.id()));
    assertThat(byKey(arrived, keys)).isEqualTo(byKey(keys.keySet(), keys));
  }

  private static Map<String, List<String>> byKey(Set<String> ids, Map<String, String> keys) {
    return ids.stream().collect(Collectors.groupingBy(keys::get));
  }

  /** Returns the records that came more than once, each time but the first. */
  private List<Taken> again(String targetId) {
    Set<String> seen = new HashSet<>();
    return taken(targetId).stream().filter(taken -> !seen.add(taken.id())).toList();
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
        Cluster.await("all partitions", () -> second.partitions() == PARTITIONS);
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
    try (Member first = idle("first", properties, topic).room(300).start()) {
      Cluster.await(
          "more at the healthy target, of every partition",
          () -> first.holdsAll(PARTITIONS) && moreHealthy());
      try (Member second = member("second", properties, topic)) {
        Cluster.await(
            "a share for each", () -> first.partitions() == 3 && second.partitions() == 3);
        first.room(Integer.MAX_VALUE);
        awaitAll(topic);
        awaitCommits(topic, PARTITIONS);
      }
    }
    for (String target : List.of("healthy", "failing")) {
      assertOrderOfKeys(topic, target);
      assertThat(again(target))
          .hasSizeLessThanOrEqualTo(3 * Member.MOST_HELD)
          .allSatisfy(taken -> assertThat(taken.member()).isEqualTo("second"));
    }
    assertThat(again("healthy")).isNotEmpty();
  }

  private boolean moreHealthy() {
    Set<String> ahead = ids("healthy");
    ahead.removeAll(ids("failing"));
    Set<String> partitions =
        ahead.stream().map(id -> id.substring(0, id.lastIndexOf(':'))).collect(Collectors.toSet());
    return partitions.size() == PARTITIONS;
  }

  @Test
  void twoProcesses_oneIsKilled_onlyWhatItHadNotCommittedComesTwice(@TempDir Path directory)
      throws Exception {
    String topic = cluster.createTopic(PARTITIONS);
    cluster.write(topic, 0, 3_000, KEYS);
    Path file = Files.createFile(directory.resolve("taken"));
    try (MemberProcess killed =
        MemberProcess.start("killed", cluster.servers(), topic, file, directory.resolve("log"))) {
      Cluster.await("records at the first", () -> Files.readAllLines(file).size() > 100);
      try (Member survivor = member("survivor", Map.of(), topic)) {
        survivor.failures.set(40);
        Cluster.await("a share for each", () -> survivor.partitions() == PARTITIONS / 2);
        int before = Files.readAllLines(file).size();
        cluster.write(topic, 3_000, 9_000, KEYS);
        Cluster.await("more records at the first", () -> Files.readAllLines(file).size() > before);
        assertThat(killed.isAlive()).isTrue();

        killed.kill();

        // Before its session ends nobody commits for its partitions.
        Map<TopicPartition, Long> committed = cluster.committed(topic, topic);
        Cluster.await("all partitions", () -> survivor.partitions() == PARTITIONS);
        Cluster.await(
            "the end",
            () -> cluster.committed(topic, topic).equals(cluster.ends(topic, PARTITIONS)));
        for (String target : List.of("healthy", "failing")) {
          List<String> first = takenByProcess(file, target);
          assertThat(new HashSet<>(first)).hasSameSizeAs(first);
          Set<String> all = ids(target);
          all.addAll(first);
          assertThat(all).isEqualTo(idsInLog(topic));
          assertOrderOfKeys(topic, target, first);
          assertThat(again(target)).isEmpty();
          first.retainAll(ids(target));
          assertThat(first).allMatch(id -> isUncommitted(id, committed));
        }
      }
    }
  }

  private static List<String> takenByProcess(Path file, String target) throws IOException {
    return Files.readAllLines(file).stream()
        .filter(line -> line.startsWith(target + " "))
        .map(line -> line.split(" ", -1)[1])
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static boolean isUncommitted(String id, Map<TopicPartition, Long> committed) {
    int colon = id.lastIndexOf(':');
    int dash = id.lastIndexOf('-', colon);
    TopicPartition partition =
        new TopicPartition(id.substring(0, dash), Integer.parseInt(id.substring(dash + 1, colon)));
    return Long.parseLong(id.substring(colon + 1)) >= committed.getOrDefault(partition, 0L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void targetDown_longerThanThePollInterval_theConsumerStaysInItsGroup(String protocol)
      throws Exception {
    String topic = cluster.createTopic(2);
    cluster.write(topic, 0, 200, KEYS);
    Duration interval = Duration.ofSeconds(5);
    Map<String, Object> properties =
        Map.of("group.protocol", protocol, "max.poll.interval.ms", (int) interval.toMillis());
    try (Member member = idle("only", properties, topic).room(0).start()) {
      Cluster.await("held records", () -> member.holdsAll(2) && !taken("healthy").isEmpty());
      var before = cluster.group(topic);
      long since = System.nanoTime();

      Cluster.await("two intervals", () -> System.nanoTime() - since > 2 * interval.toNanos());

      var after = cluster.group(topic);
      assertThat(after.members()).hasSize(1).isEqualTo(before.members());
      assertThat(after.groupEpoch()).isEqualTo(before.groupEpoch());
      assertThat(member.consumer.status().state()).isEqualTo(ConsumerStatus.State.RUNNING);
      assertThat(cluster.committed(topic, topic).values()).allMatch(offset -> offset == 0);
      member.room(Integer.MAX_VALUE);
      awaitAll(topic);
      awaitCommits(topic, 2);
    }
    assertThat(again("healthy")).isEmpty();
    assertThat(again("failing")).isEmpty();
  }

  @Test
  void stop_inTheMiddleThenRestart_leavesNoGapAndRepeatsNothing() throws Exception {
    String topic = cluster.createTopic(PARTITIONS);
    for (int round = 0; round < 5; round++) {
      cluster.write(topic, 600 * round, 600 * (round + 1), KEYS);
      int enough = taken("failing").size() + 100;
      try (Member member = member("round-" + round, Map.of(), topic)) {
        member.failures.set(10);
        Cluster.await("some more", () -> taken("failing").size() >= enough);
        assertThat(member.consumer.stop(Duration.ofSeconds(60))).isTrue();
      }
    }
    try (Member last = member("last", Map.of(), topic)) {
      awaitAll(topic);
      awaitCommits(topic, PARTITIONS);
      assertThat(last.consumer.stop(Duration.ofSeconds(60))).isTrue();
    }
    for (String target : List.of("healthy", "failing")) {
      assertOrderOfKeys(topic, target);
      assertThat(again(target)).isEmpty();
    }
  }

  @Test
  void stop_targetDownThenRestart_leavesNoGap() throws Exception {
    String topic = cluster.createTopic(1);
    cluster.write(topic, 0, 300, KEYS);
    try (Member member = idle("first", Map.of(), topic).room(60).start()) {
      Cluster.await(
          "more at the healthy target", () -> taken("healthy").size() > taken("failing").size());
      Cluster.await("held records", () -> member.holdsAll(1));

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
        taken("failing").stream().collect(Collectors.toMap(it -> it.id(), Taken::record));
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
      Cluster.await(
          "the partitions of both in its status",
          () ->
              member.consumer.status().partitions().stream()
                  .map(PartitionStatus::topic)
                  .toList()
                  .equals(List.of(first, first, second)));
    }
    assertThat(taken("failing").stream().map(it -> it.id()).toList()).doesNotHaveDuplicates();
  }
}
