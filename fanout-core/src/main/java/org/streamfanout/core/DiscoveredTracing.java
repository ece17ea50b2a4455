package org.streamfanout.core;

import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Tracing;
import org.streamfanout.spi.TracingProvider;

/** The tracing that is on the class path. */
final class DiscoveredTracing {
  private DiscoveredTracing() {}

  /**
   * Returns it; null if there is none.
   *
   * @throws FanoutException if there are two, one cannot be made, or a setting is for what is not
   *     there
   */
  static @Nullable Tracing open(ProviderContext context) {
    List<TracingProvider> found;
    try {
      found =
          ServiceLoader.load(TracingProvider.class).stream()
              .map(ServiceLoader.Provider::get)
              .toList();
    } catch (ServiceConfigurationError e) {
      throw new FanoutException(
          "a provider named in META-INF/services/"
              + TracingProvider.class.getName()
              + " cannot be loaded ("
              + e.getMessage()
              + "); repair or remove its jar",
          e);
    }
    if (found.size() > 1) {
      throw new FanoutException(
          "both "
              + found.get(0).getClass().getName()
              + " and "
              + found.get(1).getClass().getName()
              + " would trace; remove one of them from the class path");
    }
    if (found.isEmpty() && context.setting(ProviderContext.TRACE_JSON) != null) {
      throw new FanoutException(
          "a member of records is named for their trace context, and nothing here traces; add"
              + " org.streamfanout:fanout-opentelemetry to the class path");
    }
    return found.isEmpty() ? null : found.get(0).open(context);
  }
}
