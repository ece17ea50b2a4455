package org.streamfanout.provider.eventbridge;

import java.util.ArrayList;
import java.util.List;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsCalls;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.aws.AwsFailures;
import org.streamfanout.aws.EntryOutcomes;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;
import software.amazon.awssdk.services.eventbridge.model.PutEventsRequestEntry;
import software.amazon.awssdk.services.eventbridge.model.PutEventsResponse;
import software.amazon.awssdk.services.eventbridge.model.PutEventsResultEntry;

/** Sends to one event bus, a PutEvents for each batch. Thread-safe. */
final class EventBridgeSender implements TargetSender {
  private static final String SERVICE = "EventBridge";

  private final TargetConfig target;
  private final EventEntries events;
  private final AwsAccess access;
  private final ProviderContext context;

  EventBridgeSender(
      TargetConfig target, EventEntries events, AwsAccess access, ProviderContext context) {
    this.target = target;
    this.events = events;
    this.access = access;
    this.context = context;
  }

  /** Looked up for each call: the first look-up of a region may do I/O, and opening must not. */
  private EventBridgeClient client() {
    return AwsClients.of(context)
        .client(EventBridgeClient.class, EventBridgeClient::builder, access);
  }

  @Override
  public List<Outcome> send(Batch batch, Deadline deadline) {
    List<Message> messages = batch.messages();
    EntryOutcomes outcomes = new EntryOutcomes(SERVICE, messages.size());
    List<PutEventsRequestEntry> entries = new ArrayList<>(messages.size());
    List<Integer> sent = new ArrayList<>(messages.size());
    for (int index = 0; index < messages.size(); index++) {
      EventEntries.Made made = events.of(messages.get(index));
      if (made instanceof EventEntries.Event event) {
        entries.add(event.entry());
        sent.add(index);
      } else if (made instanceof EventEntries.Unfit unfit) {
        outcomes.refuse(index, unfit.failure());
      }
    }
    if (entries.isEmpty()) {
      return outcomes.toList();
    }
    try {
      PutEventsResponse response =
          client()
              .putEvents(
                  request ->
                      request.entries(entries).overrideConfiguration(AwsCalls.until(deadline)));
      outcomes.answerByPlace(
          sent,
          response.entries().stream().map(EventBridgeSender::answered).toList(),
          response.failedEntryCount());
    } catch (SdkException error) {
      outcomes.failOpen(error);
    }
    return outcomes.toList();
  }

  private static EntryOutcomes.Answered answered(PutEventsResultEntry result) {
    return new EntryOutcomes.Answered(
        result.eventId(),
        result.errorCode() == null
            ? null
            : AwsFailures.entry(SERVICE, result.errorCode(), result.errorMessage()));
  }

  @Override
  public long sizeInBytes(Message message) {
    return events.sizeInBytes(message);
  }

  @Override
  public Failure classify(Exception error) {
    return AwsFailures.classify(error);
  }

  @Override
  public List<Finding> check(Deadline deadline) {
    String subject = "event bus " + target.destination();
    try {
      client()
          .describeEventBus(
              request ->
                  request
                      .name(target.destination())
                      .overrideConfiguration(AwsCalls.until(deadline)));
      return List.of(AwsDestinations.finding(target.id(), subject, null));
    } catch (SdkException error) {
      return List.of(AwsDestinations.finding(target.id(), subject, error));
    }
  }
}
