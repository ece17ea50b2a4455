package org.streamfanout.provider.iot;

import java.net.URI;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.testkit.TestContext;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** AWS clients with credentials of their own, for the endpoint that a context names. */
final class TestClients {
  private TestClients() {}

  static void install(TestContext context) {
    context.shared(
        AwsClients.class,
        AwsClients.SHARED_NAME,
        () ->
            AwsClients.builder()
                .endpoint(URI.create(String.valueOf(context.setting(ProviderContext.ENDPOINT_URL))))
                .credentials(
                    StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIA", "secret")))
                .build());
  }
}
