package org.streamfanout.provider.lambda;

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
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/** Invokes one function, once for each batch. Thread-safe. */
final class LambdaSender implements TargetSender {
  private static final String SERVICE = "Lambda";
  private static final int ACCEPTED = 202;
  private static final int DONE = 200;

  private final TargetConfig target;
  private final AwsAccess access;
  private final InvocationType invocation;
  private final SourceEvent event;
  private final ProviderContext context;

  LambdaSender(
      TargetConfig target, AwsAccess access, InvocationType invocation, ProviderContext context) {
    this.target = target;
    this.access = access;
    this.invocation = invocation;
    this.event = SourceEvent.of(target);
    this.context = context;
  }

  /** Looked up for each call: the first look-up of a region may do I/O, and opening must not. */
  private LambdaClient client() {
    return AwsClients.of(context).client(LambdaClient.class, LambdaClient::builder, access);
  }

  @Override
  public List<Outcome> send(Batch batch, Deadline deadline) {
    List<Message> messages = batch.messages();
    EntryOutcomes outcomes = new EntryOutcomes(SERVICE, messages.size());
    try {
      byte[] payload = event.render(messages);
      InvokeResponse response =
          client()
              .invoke(
                  request ->
                      request
                          .functionName(target.destination())
                          .invocationType(invocation)
                          .payload(SdkBytes.fromByteArrayUnsafe(payload))
                          .overrideConfiguration(AwsCalls.until(deadline)));
      settle(response, outcomes, messages.size());
    } catch (SdkException error) {
      outcomes.failOpen(error);
    }
    return outcomes.toList();
  }

  private void settle(InvokeResponse response, EntryOutcomes outcomes, int messages) {
    boolean isTaken =
        response.functionError() == null
            && response.statusCode() == (invocation == InvocationType.EVENT ? ACCEPTED : DONE);
    for (int index = 0; index < messages; index++) {
      if (isTaken) {
        outcomes.accept(index);
      } else {
        outcomes.refuse(index, failure(response));
      }
    }
  }

  /** The function's own answer may quote payloads; only the kind of error is told. */
  private static Failure failure(InvokeResponse response) {
    String error = response.functionError();
    if (error == null) {
      return Failure.retryable(
          "UnexpectedStatus",
          SERVICE + " answered " + response.statusCode() + "; whether it was taken is unknown");
    }
    return Failure.retryable(
        "FunctionError",
        error.equals("Handled")
            ? "the function answered with an error; see its log"
            : "the function failed before it could answer; see its log");
  }

  /** The record's own JSON and a comma. */
  @Override
  public long sizeInBytes(Message message) {
    return event.sizeInBytes(message);
  }

  @Override
  public Failure classify(Exception error) {
    return AwsFailures.classify(error);
  }

  /** Asks whether the function could be invoked, without running it. */
  @Override
  public List<Finding> check(Deadline deadline) {
    String subject = "function " + target.destination();
    try {
      client()
          .invoke(
              request ->
                  request
                      .functionName(target.destination())
                      .invocationType(InvocationType.DRY_RUN)
                      .overrideConfiguration(AwsCalls.until(deadline)));
      return List.of(AwsDestinations.finding(target.id(), subject, null));
    } catch (SdkException error) {
      return List.of(AwsDestinations.finding(target.id(), subject, error));
    }
  }
}
