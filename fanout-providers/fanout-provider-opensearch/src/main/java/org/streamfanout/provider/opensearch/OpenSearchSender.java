package org.streamfanout.provider.opensearch;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.aws.AwsFailures;
import org.streamfanout.aws.AwsHttp;
import org.streamfanout.aws.EntryOutcomes;
import org.streamfanout.aws.JsonLine;
import org.streamfanout.provider.opensearch.BulkAnswer.Item;
import org.streamfanout.provider.opensearch.OpenSearchOptions.Auth;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Finding.Severity;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpMethod;

/** Sends to one index, a bulk call for each batch. Thread-safe. */
final class OpenSearchSender implements TargetSender {
  private static final String SERVICE = "OpenSearch";

  private final TargetConfig target;
  private final OpenSearchIndex index;
  private final OpenSearchOptions options;
  private final AwsAccess access;
  private final ProviderContext context;

  OpenSearchSender(
      TargetConfig target,
      OpenSearchIndex index,
      OpenSearchOptions options,
      AwsAccess access,
      ProviderContext context) {
    this.target = target;
    this.index = index;
    this.options = options;
    this.access = access;
    this.context = context;
  }

  @Override
  public List<Outcome> send(Batch batch, Deadline deadline) {
    List<Message> messages = batch.messages();
    EntryOutcomes outcomes = new EntryOutcomes(SERVICE, messages.size());
    List<BulkEntry> entries = new ArrayList<>(messages.size());
    for (int place = 0; place < messages.size(); place++) {
      add(place, messages.get(place), entries, outcomes);
    }
    if (entries.isEmpty()) {
      return outcomes.toList();
    }
    try {
      Failure missing = missingSecret();
      Failure refused = missing != null ? missing : call(entries, outcomes, deadline);
      if (refused != null) {
        entries.forEach(entry -> outcomes.refuse(entry.place(), refused));
      }
    } catch (SdkException error) {
      outcomes.failOpen(error);
    }
    return outcomes.toList();
  }

  private void add(int place, Message message, List<BulkEntry> entries, EntryOutcomes outcomes) {
    if (message.isTombstone()) {
      String id = options.deletes() ? options.id().of(message, Bytes.EMPTY) : null;
      if (id == null) {
        outcomes.refuse(place, NO_DOCUMENT);
      } else {
        entries.add(BulkEntry.deletion(place, id));
      }
      return;
    }
    Optional<Bytes> document = JsonLine.ofObject(message.body());
    if (document.isEmpty()) {
      outcomes.refuse(place, NOT_JSON);
      return;
    }
    String id = options.id().of(message, document.get());
    if (id == null && options.id().isShared()) {
      outcomes.refuse(place, NO_ID);
    } else {
      entries.add(BulkEntry.of(place, id, document.get(), options.action()));
    }
  }

  private static final Failure NOT_JSON =
      Failure.rejected("NotJson", "the record is not one complete JSON object in UTF-8");
  private static final Failure NO_ID =
      Failure.rejected(
          "NoId", "the record has no text or number where the option 'id' looks for one");
  private static final Failure NO_DOCUMENT =
      Failure.rejected("NoDocument", "a record without data deletes nothing here; see option 'id'");

  /** Returns why the whole call failed; null if each action has an answer of its own. */
  private @Nullable Failure call(
      List<BulkEntry> entries, EntryOutcomes outcomes, Deadline deadline) {
    AwsHttp.Answer answer =
        http()
            .send(
                SdkHttpMethod.POST,
                "/" + AwsHttp.encoded(index.name()) + "/_bulk",
                headers(Map.of("Content-Type", "application/x-ndjson")),
                BulkEntry.body(entries),
                deadline);
    if (answer.status() < 200 || answer.status() >= 300) {
      return OpenSearchFailures.ofCall(answer);
    }
    List<Item> items = BulkAnswer.items(answer.body());
    for (int place = 0; place < Math.min(items.size(), entries.size()); place++) {
      BulkEntry entry = entries.get(place);
      Item item = items.get(place);
      boolean isItsOwn =
          entry.id() == null ? items.size() == entries.size() : entry.id().equals(item.id());
      if (isItsOwn) {
        Failure failure = OpenSearchFailures.ofItem(item, entry.isDeletion(), options);
        if (failure == null) {
          outcomes.accept(entry.place());
        } else {
          outcomes.refuse(entry.place(), failure);
        }
      }
    }
    return null;
  }

  /** Looked up for each call: the first look-up of a region may do I/O, and opening must not. */
  private AwsHttp http() {
    AwsClients clients = AwsClients.of(context);
    URI base = index.aws() != null ? clients.endpointOr(index.base()) : index.base();
    return options.auth() == Auth.SIGV4
        ? clients.http(base, index.service(), access)
        : clients.http(base);
  }

  private @Nullable String password() {
    String name = options.passwordName();
    return name == null ? null : context.secret(name);
  }

  private @Nullable Failure missingSecret() {
    return options.auth() == Auth.BASIC && password() == null
        ? Failure.fatal(
            "NoSecret",
            "the password is not set; set "
                + ProviderContext.SECRET_PREFIX
                + options.passwordName())
        : null;
  }

  private Map<String, String> headers(Map<String, String> others) {
    Map<String, String> headers = new LinkedHashMap<>(others);
    String password = options.auth() == Auth.BASIC ? password() : null;
    if (password != null) {
      byte[] both = (options.user() + ":" + password).getBytes(StandardCharsets.UTF_8);
      headers.put("Authorization", "Basic " + Base64.getEncoder().encodeToString(both));
    }
    return headers;
  }

  /** The action's line and the document's, with their line ends. */
  @Override
  public long sizeInBytes(Message message) {
    return BulkEntry.size(message, options);
  }

  /** Two actions on one document are never in one call, whose actions keep no order. */
  @Override
  public @Nullable String conflictKey(Message message) {
    if (!options.id().isShared()) {
      return null;
    }
    Bytes data = message.records().get(0).data();
    return options.id().of(message, data == null ? Bytes.EMPTY : data);
  }

  @Override
  public Failure classify(Exception error) {
    return AwsFailures.classify(error);
  }

  @Override
  public List<Finding> check(Deadline deadline) {
    String subject = "index " + index.name() + " at " + index.base();
    Failure missing = missingSecret();
    if (missing != null) {
      return List.of(new Finding(Severity.ERROR, target.id(), missing.detail()));
    }
    try {
      AwsHttp.Answer answer =
          http()
              .send(
                  SdkHttpMethod.HEAD,
                  "/" + AwsHttp.encoded(index.name()),
                  headers(Map.of()),
                  Bytes.EMPTY,
                  deadline);
      return List.of(finding(subject, answer));
    } catch (SdkException error) {
      return List.of(AwsDestinations.finding(target.id(), subject, error));
    }
  }

  private Finding finding(String subject, AwsHttp.Answer answer) {
    if (answer.status() >= 200 && answer.status() < 300) {
      return AwsDestinations.finding(target.id(), subject, null);
    }
    if (answer.status() == 404) {
      return new Finding(
          Severity.WARNING,
          target.id(),
          subject + " does not exist; the first record makes it, if the cluster allows that");
    }
    Failure failure = OpenSearchFailures.ofCall(answer);
    return new Finding(
        failure.kind() == Failure.Kind.FATAL ? Severity.ERROR : Severity.WARNING,
        target.id(),
        subject + " could not be checked: " + failure.detail());
  }
}
