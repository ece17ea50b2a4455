package org.streamfanout.provider.kafka;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.ResponseHeader;

/**
 * Stands between a producer and a broker and understands what passes, by the client's own classes:
 * it names itself as the broker, counts what writes, and refuses it as a broker would.
 */
final class KafkaProxy implements AutoCloseable {
  private final int brokerPort;
  private final ServerSocket listener;
  private final ExecutorService threads = Executors.newCachedThreadPool(KafkaProxy::daemon);
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger writes = new AtomicInteger();
  private final AtomicInteger lost = new AtomicInteger();
  private final Map<ByteBuffer, Set<String>> written = new ConcurrentHashMap<>();
  private final AtomicReference<Runnable> beforeWrite = new AtomicReference<>();
  private volatile String advertisedHost = "127.0.0.1";
  private volatile int advertisedPort;
  private volatile boolean breaksWrites;
  private volatile boolean breaksAnswers;
  private volatile Errors topicError = Errors.NONE;
  private volatile Errors writeError = Errors.NONE;
  private volatile Set<Integer> failingPartitions = Set.of();
  private volatile Set<Integer> invalidRecords = Set.of();

  KafkaProxy(int brokerPort) throws IOException {
    this.brokerPort = brokerPort;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.advertisedPort = listener.getLocalPort();
    threads.execute(this::acceptAll);
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "kafka-proxy");
    thread.setDaemon(true);
    return thread;
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Sets as what the broker names itself; this proxy at first. */
  void advertise(String host, int port) {
    advertisedHost = host;
    advertisedPort = port;
  }

  /** Answers for every topic, from now on, with an error; nothing is written. */
  void failTopics(Errors error) {
    topicError = error;
    writeError = error;
  }

  /** Answers for every write, from now on, with an error; nothing is written. */
  void failWrites(Errors error) {
    writeError = error;
  }

  /** Answers for writes to these partitions with an error, and carries out the others. */
  void failPartitions(Errors error, Set<Integer> partitions) {
    writeError = error;
    failingPartitions = partitions;
  }

  /** Calls these records of every batch invalid; nothing of such a batch is written. */
  void failRecords(Set<Integer> places) {
    writeError = Errors.INVALID_RECORD;
    invalidRecords = places;
  }

  /** Ends all that the others began. */
  void calm() {
    breaksWrites = false;
    breaksAnswers = false;
    topicError = Errors.NONE;
    writeError = Errors.NONE;
    failingPartitions = Set.of();
    invalidRecords = Set.of();
  }

  /** Breaks the connection instead of answering the next write, which is carried out. */
  void loseNextAnswer() {
    lost.set(1);
  }

  /** Breaks the connection instead of carrying out a write, from now on. */
  void breakWrites() {
    breaksWrites = true;
  }

  /** Breaks the connection instead of answering a write, which is carried out, from now on. */
  void breakAnswers() {
    breaksAnswers = true;
  }

  /** Does something before the next write goes on. */
  void beforeNextWrite(Runnable action) {
    beforeWrite.set(action);
  }

  /**
   * Returns how often the record that was written most often was written since the last look.
   * Repetitions that the protocol numbers are one.
   */
  int mostWritten() {
    int most = written.values().stream().mapToInt(Set::size).max().orElse(0);
    written.clear();
    return most;
  }

  private void note(ProduceRequestData data) {
    for (ProduceRequestData.TopicProduceData topic : data.topicData()) {
      for (ProduceRequestData.PartitionProduceData partition : topic.partitionData()) {
        for (RecordBatch batch : ((MemoryRecords) partition.records()).batches()) {
          for (Record record : batch) {
            ByteBuffer value = record.hasValue() ? record.value() : ByteBuffer.allocate(0);
            String number = batch.producerId() + " " + partition.index() + " " + record.sequence();
            written.computeIfAbsent(value, unseen -> ConcurrentHashMap.newKeySet()).add(number);
          }
        }
      }
    }
  }

  /** Returns how many requests to write have come. */
  int writes() {
    return writes.get();
  }

  private void acceptAll() {
    while (true) {
      try {
        Socket client = listener.accept();
        Socket broker = new Socket(InetAddress.getLoopbackAddress(), brokerPort);
        client.setTcpNoDelay(true);
        broker.setTcpNoDelay(true);
        open.add(client);
        open.add(broker);
        Map<Integer, Asked> asked = new ConcurrentHashMap<>();
        threads.execute(() -> pass(client, broker, frame -> request(frame, asked)));
        threads.execute(() -> pass(broker, client, frame -> answer(frame, asked)));
      } catch (IOException closed) {
        return;
      }
    }
  }

  /** What an answer is to; with the refused part of a write, if there is one. */
  private record Asked(RequestHeader header, ProduceResponseData refused, boolean isWhole) {}

  @FunctionalInterface
  private interface Change {
    /** Returns what goes on instead of a frame; null for nothing. */
    ByteBuffer of(ByteBuffer frame) throws IOException;
  }

  private void pass(Socket from, Socket to, Change change) {
    try (from;
        to) {
      DataInputStream in = new DataInputStream(from.getInputStream());
      DataOutputStream out = new DataOutputStream(to.getOutputStream());
      while (true) {
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        ByteBuffer changed = change.of(ByteBuffer.wrap(frame));
        if (changed != null) {
          write(changed, out);
        }
      }
    } catch (IOException gone) {
      open.remove(from);
      open.remove(to);
    }
  }

  private static void write(ByteBuffer frame, DataOutputStream out) throws IOException {
    byte[] bytes = new byte[4 + frame.remaining()];
    ByteBuffer.wrap(bytes).putInt(frame.remaining()).put(frame);
    out.write(bytes);
    out.flush();
  }

  private ByteBuffer request(ByteBuffer frame, Map<Integer, Asked> asked) throws IOException {
    RequestHeader header = RequestHeader.parse(frame);
    ProduceResponseData refused = new ProduceResponseData();
    if (header.apiKey() == ApiKeys.PRODUCE) {
      writes.incrementAndGet();
      Runnable before = beforeWrite.getAndSet(null);
      if (before != null) {
        before.run();
      }
      ProduceRequestData data =
          ProduceRequest.parse(new ByteBufferAccessor(frame), header.apiVersion()).data();
      note(data);
      if (breaksWrites) {
        throw new EOFException("the write is lost");
      }
      if (refuse(data, refused)) {
        boolean isWhole = data.topicData().isEmpty();
        asked.put(header.correlationId(), new Asked(header, refused, isWhole));
        return isWhole
            ? somethingElse(header)
            : joined(header.data(), header.headerVersion(), data, header.apiVersion());
      }
    }
    asked.put(header.correlationId(), new Asked(header, refused, false));
    return frame.rewind();
  }

  /**
   * Moves what is refused out of a request and into its answer. What is left goes to the broker
   * even if it is nothing, so that answers keep their order.
   */
  private boolean refuse(ProduceRequestData data, ProduceResponseData refused) {
    if (writeError == Errors.NONE) {
      return false;
    }
    for (ProduceRequestData.TopicProduceData topic : data.topicData()) {
      TopicProduceResponse answer =
          new TopicProduceResponse().setName(topic.name()).setTopicId(topic.topicId());
      for (ProduceRequestData.PartitionProduceData partition : List.copyOf(topic.partitionData())) {
        if (failingPartitions.isEmpty() || failingPartitions.contains(partition.index())) {
          topic.partitionData().remove(partition);
          answer.partitionResponses().add(refused(partition.index()));
        }
      }
      refused.responses().add(answer);
    }
    data.topicData().removeIf(topic -> topic.partitionData().isEmpty());
    return true;
  }

  /** A request without a body that brokers answer, so that answers keep their order. */
  private static ByteBuffer somethingElse(RequestHeader header) {
    RequestHeader other =
        new RequestHeader(
            ApiKeys.API_VERSIONS, (short) 0, header.clientId(), header.correlationId());
    return MessageUtil.toByteBufferAccessor(other.data(), other.headerVersion()).buffer();
  }

  private PartitionProduceResponse refused(int partition) {
    return new PartitionProduceResponse()
        .setIndex(partition)
        .setErrorCode(writeError.code())
        .setRecordErrors(
            invalidRecords.stream()
                .map(place -> new BatchIndexAndErrorMessage().setBatchIndex(place))
                .toList());
  }

  private ByteBuffer answer(ByteBuffer frame, Map<Integer, Asked> asked) throws IOException {
    Asked to = asked.remove(frame.getInt(0));
    ApiKeys key = to.header().apiKey();
    short version = to.header().apiVersion();
    if (key == ApiKeys.PRODUCE && (breaksAnswers || lost.getAndSet(0) > 0)) {
      throw new EOFException("the answer is lost");
    }
    if (key == ApiKeys.METADATA) {
      MetadataResponse metadata =
          (MetadataResponse) AbstractResponse.parseResponse(frame, to.header());
      metadata
          .data()
          .brokers()
          .forEach(broker -> broker.setHost(advertisedHost).setPort(advertisedPort));
      if (topicError != Errors.NONE) {
        metadata
            .data()
            .topics()
            .forEach(topic -> topic.setErrorCode(topicError.code()).setPartitions(List.of()));
      }
      return joined(to.header().toResponseHeader(), metadata.data(), version);
    }
    if (key == ApiKeys.PRODUCE && !to.refused().responses().isEmpty()) {
      if (to.isWhole()) {
        return joined(to.header().toResponseHeader(), to.refused(), version);
      }
      ResponseHeader.parse(frame, key.responseHeaderVersion(version));
      ProduceResponseData data = new ProduceResponseData(new ByteBufferAccessor(frame), version);
      for (TopicProduceResponse topic : to.refused().responses()) {
        data.responses().stream()
            .filter(taken -> taken.topicId().equals(topic.topicId()))
            .findFirst()
            .orElseThrow()
            .partitionResponses()
            .addAll(topic.partitionResponses());
      }
      return joined(to.header().toResponseHeader(), data, version);
    }
    return frame;
  }

  private static ByteBuffer joined(ResponseHeader header, Message data, short version) {
    return joined(header.data(), header.headerVersion(), data, version);
  }

  private static ByteBuffer joined(
      Message header, short headerVersion, Message data, short version) {
    ByteBuffer start = MessageUtil.toByteBufferAccessor(header, headerVersion).buffer();
    ByteBuffer rest = MessageUtil.toByteBufferAccessor(data, version).buffer();
    return ByteBuffer.allocate(start.remaining() + rest.remaining()).put(start).put(rest).flip();
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException error) {
      throw new UncheckedIOException("a socket of the proxy did not close", error);
    } finally {
      threads.shutdownNow();
    }
  }
}
