package org.streamfanout.provider.s3;

import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.streamfanout.testservers.AwsTestClients;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A bucket of a real server, and what tests ask of it beside what the provider does. */
final class Bucket implements AutoCloseable {
  final String name = "b-" + UUID.randomUUID();
  private final S3Client client;

  Bucket(URI server) {
    this.client = AwsTestClients.client(S3Client.builder().forcePathStyle(true), server);
    client.createBucket(request -> request.bucket(name));
  }

  List<String> keys() {
    return client.listObjectsV2Paginator(request -> request.bucket(name)).contents().stream()
        .map(S3Object::key)
        .toList();
  }

  ResponseBytes<GetObjectResponse> get(String key) {
    return client.getObjectAsBytes(request -> request.bucket(name).key(key));
  }

  /** Returns an object's content, decompressed as its name says. */
  byte[] content(String key) throws IOException {
    byte[] stored = get(key).asByteArray();
    try (InputStream in = new ByteArrayInputStream(stored);
        InputStream plain =
            key.endsWith(".gz")
                ? new GZIPInputStream(in)
                : key.endsWith(".zst") ? new ZstdInputStream(in) : in) {
      return plain.readAllBytes();
    }
  }

  @Override
  public void close() {
    keys().forEach(key -> client.deleteObject(request -> request.bucket(name).key(key)));
    client.deleteBucket(request -> request.bucket(name));
    client.close();
  }
}
