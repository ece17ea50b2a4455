package org.streamfanout.testservers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;

/**
 * A certificate and key of a server at 127.0.0.1, signed by itself, made anew each time with the
 * JDK's {@code keytool}. While one is open it is what this JVM trusts. Not thread-safe.
 */
public final class TlsIdentity implements AutoCloseable {
  private static final String PASSWORD = "fanout-test";
  private static final String TRUST_STORE = "javax.net.ssl.trustStore";
  private static final String TRUST_STORE_PASSWORD = "javax.net.ssl.trustStorePassword";

  private final Path folder;

  private TlsIdentity(Path folder) {
    this.folder = folder;
  }

  /** Makes an identity and lets this JVM trust it, and nobody else, until it is closed. */
  public static TlsIdentity create() {
    try {
      TlsIdentity identity = new TlsIdentity(Files.createTempDirectory("fanout-tls"));
      identity.generate();
      System.setProperty(TRUST_STORE, identity.store().toString());
      System.setProperty(TRUST_STORE_PASSWORD, PASSWORD);
      return identity;
    } catch (IOException e) {
      throw new UncheckedIOException("no temporary file could be written", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the new key cannot be read", e);
    }
  }

  private void generate() throws IOException, GeneralSecurityException {
    ServerProcess.run(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-alias",
            "server",
            "-keyalg",
            "RSA",
            "-keysize",
            "2048",
            "-validity",
            "2",
            "-dname",
            "CN=localhost",
            "-ext",
            "SAN=IP:127.0.0.1,DNS:localhost",
            "-storetype",
            "PKCS12",
            "-keystore",
            store().toString(),
            "-storepass",
            PASSWORD));
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store())) {
      keys.load(in, PASSWORD.toCharArray());
    }
    Files.writeString(
        certificate(), pem("CERTIFICATE", keys.getCertificate("server").getEncoded()));
    Files.writeString(
        key(), pem("PRIVATE KEY", keys.getKey("server", PASSWORD.toCharArray()).getEncoded()));
  }

  private static String pem(String kind, byte[] content) {
    String body =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(content);
    return "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n";
  }

  private Path store() {
    return folder.resolve("server.p12");
  }

  /** Returns the file with the certificate, as PEM. */
  public Path certificate() {
    return folder.resolve("certificate.pem");
  }

  /** Returns the file with the key, as PEM. */
  public Path key() {
    return folder.resolve("key.pem");
  }

  /** Removes the identity, and this JVM's trust in it. */
  @Override
  public void close() {
    System.clearProperty(TRUST_STORE);
    System.clearProperty(TRUST_STORE_PASSWORD);
    try {
      for (Path file : List.of(store(), certificate(), key(), folder)) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " could not be removed", e);
    }
  }
}
