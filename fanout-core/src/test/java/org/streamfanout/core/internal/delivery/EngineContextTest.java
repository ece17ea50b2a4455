package org.streamfanout.core.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What providers share. */
class EngineContextTest {
  private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

  private final List<String> closed = new ArrayList<>();
  private final EngineContext context =
      new EngineContext(Map.of("known", "value"), name -> "secret of " + name, CLOCK);

  /** Notes that it was closed. */
  private final class Client implements AutoCloseable {
    private final String name;

    Client(String name) {
      this.name = name;
    }

    @Override
    public void close() {
      closed.add(name);
      if (name.equals("broken")) {
        throw new IllegalStateException("as planned");
      }
    }
  }

  private Client client(String name) {
    return context.shared(Client.class, name, () -> new Client(name));
  }

  @Test
  void shared_sameTypeAndName_isMadeOnce() {
    Client first = client("a");

    assertThat(client("a")).isSameAs(first);
    assertThat(client("b")).isNotSameAs(first);
    assertThat(context.shared(Object.class, "a", Object::new)).isNotSameAs(first);
  }

  @Test
  void shared_factorySharesToo_bothAreKept() {
    Client outer =
        context.shared(Client.class, "outer", () -> new Client("made of " + client("inner").name));

    assertThat(outer.name).isEqualTo("made of inner");
    assertThat(client("outer")).isSameAs(outer);
  }

  @Test
  void close_closesTheYoungestFirst_pastOneThatFails_andOnce() {
    client("eldest");
    client("broken");
    context.shared(String.class, "not to be closed", () -> "text");
    client("youngest");

    context.close();
    context.close();

    assertThat(closed).containsExactly("youngest", "broken", "eldest");
  }

  @Test
  void shared_afterClose_makesNothing() {
    context.close();

    assertThatThrownBy(() -> client("late"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("late");
    assertThat(closed).isEmpty();
  }

  @Test
  void lock_isLetGo_whateverAFactoryDoes() throws Exception {
    assertThatThrownBy(
            () ->
                context.shared(
                    Client.class,
                    "a",
                    () -> {
                      throw new IllegalStateException("as planned");
                    }))
        .hasMessage("as planned");

    Thread other = new Thread(() -> client("a"));
    other.start();
    other.join(30_000);
    assertThat(other.isAlive()).isFalse();
    context.close();
    assertThat(closed).containsExactly("a");
  }

  @Test
  void settingsSecretsAndClock_areThoseGiven() {
    assertThat(context.setting("known")).isEqualTo("value");
    assertThat(context.setting("unknown")).isNull();
    assertThat(context.secret("redis")).isEqualTo("secret of redis");
    assertThat(context.clock()).isSameAs(CLOCK);
  }
}
