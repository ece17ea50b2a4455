package org.streamfanout.provider.opensearch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.aws.AwsDestinations.OwnHost;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/**
 * Delivers to OpenSearch: domains and serverless collections of AWS, and clusters of one's own.
 * Thread-safe.
 */
public final class OpenSearchTargetProvider implements TargetProvider {
  /**
   * 10 MiB for a call and so for a document, which the smallest instances of the managed service
   * take; larger ones take 100 MiB, as a cluster of one's own does by default. See <a
   * href="https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html">the
   * quotas on HTTP payloads</a>, as known 2026-11. The 1,000 actions a call are ours.
   */
  public static final Limits LIMITS = Limits.of(1_000, 10_485_760, 10_485_760);

  /** Makes the provider. */
  public OpenSearchTargetProvider() {}

  @Override
  public String type() {
    return "opensearch";
  }

  @Override
  public List<String> aliases() {
    return List.of("es");
  }

  @Override
  public Description describe() {
    return AwsDestinations.accessOptions(
            Description.builder(
                "An index of OpenSearch: an AWS domain, a serverless collection, or a cluster of"
                    + " one's own that the operator allows. Each record must be one JSON object."))
        .destination(
            OpenSearchIndex.SYNTAX
                + ". The endpoints of AWS are search-... and vpc-... of es, and"
                + " <id>.<region>.aoss.amazonaws.com of serverless, in every partition. A doctype"
                + " after the index (#<index>/<doctype>) is read and dropped: OpenSearch has none.")
        .ordering(
            "The actions of one call keep no order. With id=record it does not matter; with id=key"
                + " and id=field two records of one id are never in one call nor in flight at"
                + " once, so that each document ends with its last record under KEY, BATCH and"
                + " SHARD.")
        .duplicates(
            "With id=record, the default, a record sent twice writes one document, as ids are"
                + " unique in a source; sources whose ids can meet, such as two Kafka clusters with"
                + " a topic of one name, need an index each. With id=none it is there twice.")
        .limits(
            "10 MiB a call and a document, the least of the quotas on HTTP payloads"
                + " (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html,"
                + " as known 2026-11); 1,000 documents a call are ours. Not asked of the"
                + " destination; a refusal by size makes the calls smaller.")
        .retried(
            "5xx, timeouts, lost connections, expired credentials, write conflicts, and actions"
                + " that the answer does not mention. 429, of the call or of an action, throttles.")
        .rejected(
            "What is not one JSON object; a record without the id that the option asks for; a"
                + " document that the mapping refuses (4xx), with the error's type. With"
                + " action=create a document that exists is accepted if the id is the record's own,"
                + " else rejected. A denial, a missing or closed index, a block and a redirect stop"
                + " the target.")
        .option(
            "id",
            "record, key, none, field:<name>, field:/<JSON pointer>",
            "record",
            "Where a document's _id comes from: the record's id and its part in an aggregate; its"
                + " key, where a record without data deletes the document; a text or number in the"
                + " document; or OpenSearch itself (none), which time series collections of"
                + " serverless insist on. An id of more than 512 bytes is replaced by its SHA-256.")
        .option(
            "action",
            "index, create, update",
            "index",
            "Whether a document replaces the one with its id, is added only if there is none (data"
                + " streams take nothing else), or is merged into it and added if there is none.")
        .option(
            "auth",
            "sigv4, basic, none",
            "sigv4 on the endpoints of AWS, else none",
            "How calls are authorized. sigv4 uses the row's role, externalId and region.")
        .option("user", "a user's name", "none", "The user of auth=basic.")
        .option(
            "password",
            "the name of a secret",
            "none",
            "The password of auth=basic is the operator's setting "
                + ProviderContext.SECRET_PREFIX
                + "<name>, read for each call.")
        .build();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    return Capabilities.builder(LIMITS)
        .tombstones(OpenSearchOptions.parse(target, true, new ArrayList<>()).deletes())
        .build();
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    Optional<OpenSearchIndex> index = OpenSearchIndex.parse(target.destination(), context);
    List<String> problems =
        AwsDestinations.accessProblems(
            target, index.map(OpenSearchIndex::region).orElse(null), permissions(target), context);
    if (index.isEmpty()) {
      problems.add(
          "destination '"
              + target.destination()
              + "' is not an index; write "
              + OpenSearchIndex.SYNTAX
              + ", in lower case, and allow a host of your own by the setting "
              + ProviderContext.ALLOWED_HOSTS);
    }
    OpenSearchOptions.parse(target, index.map(OpenSearchIndex::aws).isPresent(), problems);
    if (!problems.isEmpty()) {
      throw new InvalidTargetException(problems);
    }
  }

  /** A collection's data access policy is needed beside its permission. */
  @Override
  public List<Permission> permissions(TargetConfig target) {
    Optional<OpenSearchIndex> index = OpenSearchIndex.aws(target.destination());
    OwnHost host = index.map(OpenSearchIndex::aws).orElse(null);
    OpenSearchOptions options = OpenSearchOptions.parse(target, true, new ArrayList<>());
    if (index.isEmpty() || host == null || options.auth() != OpenSearchOptions.Auth.SIGV4) {
      return List.of();
    }
    List<Permission> permissions = new ArrayList<>(AwsDestinations.permissions(target, null));
    String prefix =
        "arn:" + host.partition() + ":" + index.get().service() + ":" + host.region() + ":*:";
    String domain = index.get().domain();
    if (domain == null) {
      permissions.add(new Permission("aoss:APIAccessAll", prefix + "collection/" + host.name()));
    } else {
      String resource = prefix + "domain/" + domain + "/" + index.get().name();
      permissions.add(new Permission("es:ESHttpPost", resource + "/_bulk"));
      permissions.add(new Permission("es:ESHttpHead", resource));
    }
    return permissions;
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    OpenSearchIndex index =
        OpenSearchIndex.parse(target.destination(), context)
            .orElseThrow(
                () ->
                    new InvalidTargetException(
                        List.of("destination '" + target.destination() + "' is not an index")));
    OpenSearchOptions options =
        OpenSearchOptions.parse(target, index.aws() != null, new ArrayList<>());
    return new OpenSearchSender(
        target, index, options, AwsAccess.of(target, index.region(), permissions(target)), context);
  }
}
