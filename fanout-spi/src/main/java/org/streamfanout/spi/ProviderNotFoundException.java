package org.streamfanout.spi;

/** No provider of a target's type is on the class path; the text names the artifact to add. */
public class ProviderNotFoundException extends FanoutException {
  private static final long serialVersionUID = 1L;

  /** Makes an exception with a text that says which type is missing and what to add. */
  public ProviderNotFoundException(String message) {
    super(message);
  }
}
