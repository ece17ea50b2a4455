package org.streamfanout.spi;

/**
 * Makes the {@link Tracing} of an engine that was not given one, for hosts without code of their
 * own: the command line and the Lambda function. Found by {@link java.util.ServiceLoader}; needs a
 * public constructor without parameters. There may be one on the class path.
 */
public interface TracingProvider {
  /**
   * Returns the tracing. Called once, when the engine is made; no I/O.
   *
   * @param context has the settings, such as {@link ProviderContext#TRACE_JSON}
   */
  Tracing open(ProviderContext context);
}
