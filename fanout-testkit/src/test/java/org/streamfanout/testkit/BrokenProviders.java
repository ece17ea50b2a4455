package org.streamfanout.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/** Providers that each do one thing wrong, as kits that are to fail; and one that does not. */
final class BrokenProviders {
  private BrokenProviders() {}

  /** Nothing is wrong with this one. */
  static class Sound extends TargetProviderKit {
    @Override
    protected TargetProvider provider() {
      return new KitMemory.Provider();
    }

    @Override
    protected KitDestination open() {
      return new KitMemory();
    }

    @Override
    protected List<InvalidTarget> invalidTargets() {
      return List.of(
          new InvalidTarget(row("elsewhere").build(), List.of("elsewhere")),
          new InvalidTarget(
              row("nowhere").region("eu-west-1").build(), List.of("nowhere", "region")));
    }

    private static TargetConfig.Builder row(String destination) {
      return TargetConfig.builder(Records.KINESIS, "t", "kit-memory", destination);
    }

    @Override
    protected boolean isRegistered() {
      return false;
    }

    @Override
    protected Duration patience() {
      return Duration.ofSeconds(2);
    }
  }

  /** A kit whose provider has another sender. */
  abstract static class WithSender extends Sound {
    abstract TargetSender sender(KitMemory memory);

    @Override
    protected TargetProvider provider() {
      return new KitMemory.Provider() {
        @Override
        TargetSender sender(KitMemory memory) {
          return WithSender.this.sender(memory);
        }
      };
    }
  }

  /** A kit whose provider claims PREFIX. */
  abstract static class Prefixed extends WithSender {
    @Override
    protected TargetProvider provider() {
      return new KitMemory.Provider() {
        @Override
        public Capabilities capabilities(TargetConfig target) {
          return Capabilities.builder(KitMemory.LIMITS).callOrder(CallOrder.PREFIX).build();
        }

        @Override
        TargetSender sender(KitMemory memory) {
          return Prefixed.this.sender(memory);
        }
      };
    }
  }

  /** Claims PREFIX and keeps it: one call per message, and none after a failure in its lane. */
  static final class SoundPrefix extends Prefixed {
    @Override
    TargetSender sender(KitMemory memory) {
      return new KitMemory.Sender(memory) {
        @Override
        List<Outcome> outcomes(List<Message> messages, List<Boolean> taken) {
          Set<Object> ended = new HashSet<>();
          List<Outcome> outcomes = new ArrayList<>();
          for (int place = 0; place < messages.size(); place++) {
            Object lane = messages.get(place).lane();
            if (ended.contains(lane)) {
              outcomes.add(
                  Outcome.failed(Failure.notSent("an earlier message of its lane failed")));
            } else if (taken.get(place)) {
              outcomes.add(Outcome.accepted());
            } else {
              ended.add(lane);
              outcomes.add(Outcome.failed(Failure.retryable("Refused", "refused")));
            }
          }
          return outcomes;
        }
      };
    }

    @Override
    protected KitDestination open() {
      return new KitMemory().endingLanes();
    }
  }

  /** Claims PREFIX, but writes the last first. */
  static final class WrongOrder extends Prefixed {
    @Override
    TargetSender sender(KitMemory memory) {
      return new KitMemory.Sender(memory) {
        @Override
        public List<Outcome> send(Batch batch, Deadline deadline) throws Exception {
          List<Message> reversed = new ArrayList<>(batch.messages());
          Collections.reverse(reversed);
          List<Outcome> outcomes =
              new ArrayList<>(
                  super.send(new Batch(batch.source(), batch.shard(), reversed), deadline));
          Collections.reverse(outcomes);
          return outcomes;
        }
      };
    }
  }

  /** Claims PREFIX, but goes on in a lane after a failure. */
  static final class FalsePrefix extends Prefixed {
    @Override
    TargetSender sender(KitMemory memory) {
      return new KitMemory.Sender(memory);
    }
  }

  /** Says that all was accepted, and leaves out the last of several. */
  static final class LostEntry extends WithSender {
    @Override
    TargetSender sender(KitMemory memory) {
      return new KitMemory.Sender(memory) {
        @Override
        public List<Outcome> send(Batch batch, Deadline deadline) throws Exception {
          List<Message> messages = batch.messages();
          int kept = Math.max(1, messages.size() - 1);
          List<Outcome> outcomes =
              new ArrayList<>(
                  super.send(
                      new Batch(batch.source(), batch.shard(), messages.subList(0, kept)),
                      deadline));
          while (outcomes.size() < messages.size()) {
            outcomes.add(outcomes.get(0));
          }
          return outcomes;
        }
      };
    }
  }

  /** Promises claim checks, and takes none. */
  static final class RejectsPointers extends WithSender {
    @Override
    TargetSender sender(KitMemory memory) {
      return new KitMemory.Sender(memory) {
        @Override
        public List<Outcome> send(Batch batch, Deadline deadline) throws Exception {
          return batch.messages().get(0).storedLength() > 0
              ? List.of(Outcome.failed(Failure.rejected("NoObject", "not a JSON object")))
              : super.send(batch, deadline);
        }
      };
    }
  }

  /** Says of each message what is true of the one before it. */
  static final class ShiftedIndex extends WithSender {
    @Override
    TargetSender sender(KitMemory memory) {
      return new KitMemory.Sender(memory) {
        @Override
        List<Outcome> outcomes(List<Message> messages, List<Boolean> taken) {
          List<Outcome> outcomes = new ArrayList<>(super.outcomes(messages, taken));
          Collections.rotate(outcomes, 1);
          return outcomes;
        }
      };
    }
  }

  /** Takes an exception for success. */
  static final class SwallowedError extends WithSender {
    @Override
    TargetSender sender(KitMemory memory) {
      return new KitMemory.Sender(memory) {
        @Override
        public List<Outcome> send(Batch batch, Deadline deadline) {
          try {
            return super.send(batch, deadline);
          } catch (Exception swallowed) {
            return Collections.nCopies(batch.messages().size(), Outcome.accepted());
          }
        }
      };
    }
  }

  /** Reads a file when it is made. */
  static final class IoInConstructor extends Sound {
    @Override
    protected TargetProvider provider() {
      return new KitMemory.Provider() {
        {
          try {
            Path file = Files.createTempFile("kit", ".txt");
            Files.writeString(file, "read by a constructor");
            Files.delete(file);
          } catch (IOException error) {
            throw new UncheckedIOException(error);
          }
        }
      };
    }
  }

  /** Starts a thread when a target is opened. */
  static final class ThreadInOpen extends Sound {
    @Override
    protected TargetProvider provider() {
      return new KitMemory.Provider() {
        @Override
        public TargetSender open(TargetConfig target, ProviderContext context) {
          new Thread(() -> {}, "kit-background").start();
          return super.open(target, context);
        }
      };
    }
  }

  /** Keeps the batch of a call in a field, where another call's is put over it. */
  static final class NotThreadSafe extends WithSender {
    @Override
    TargetSender sender(KitMemory memory) {
      return new KitMemory.Sender(memory) {
        private final CyclicBarrier others = new CyclicBarrier(2);
        private Batch current;

        @Override
        public List<Outcome> send(Batch batch, Deadline deadline) throws Exception {
          current = batch;
          meet();
          return super.send(current, deadline);
        }

        /** Makes sure that calls side by side do meet; a call by itself goes on. */
        private void meet() throws InterruptedException {
          try {
            others.await(50, TimeUnit.MILLISECONDS);
          } catch (BrokenBarrierException | TimeoutException alone) {
            others.reset();
          }
        }
      };
    }
  }

  /** Waits for an answer for ever. */
  static final class IgnoresDeadline extends WithSender {
    @Override
    TargetSender sender(KitMemory memory) {
      return new KitMemory.Sender(memory) {
        @Override
        public List<Outcome> send(Batch batch, Deadline deadline) throws Exception {
          return super.send(batch, Deadline.after(Duration.ofDays(1)));
        }
      };
    }
  }

  /** Goes back to waiting when it is interrupted. */
  static final class IgnoresInterrupt extends WithSender {
    @Override
    TargetSender sender(KitMemory memory) {
      return new KitMemory.Sender(memory) {
        @Override
        public List<Outcome> send(Batch batch, Deadline deadline) throws Exception {
          while (true) {
            try {
              return super.send(batch, deadline);
            } catch (InterruptedException ignored) {
              // What is wrong with this provider.
            }
          }
        }
      };
    }
  }

  /** Sends again when a call failed. */
  static final class Retries extends WithSender {
    @Override
    TargetSender sender(KitMemory memory) {
      return new KitMemory.Sender(memory) {
        @Override
        public List<Outcome> send(Batch batch, Deadline deadline) throws Exception {
          try {
            return super.send(batch, deadline);
          } catch (IOException once) {
            return super.send(batch, deadline);
          }
        }
      };
    }
  }

  /** Promises more than the destination takes, and calls what is refused a passing trouble. */
  static final class WrongSize extends WithSender {
    @Override
    TargetSender sender(KitMemory memory) {
      return new KitMemory.Sender(memory) {
        @Override
        public long sizeInBytes(Message message) {
          return message.bodyLength();
        }

        @Override
        public List<Outcome> send(Batch batch, Deadline deadline) throws Exception {
          for (Message message : batch.messages()) {
            if (message.bodyLength() + 7L > KitMemory.LIMITS.maxMessageBytes()) {
              throw new IOException("too much");
            }
          }
          return super.send(batch, deadline);
        }
      };
    }
  }

  /** Encodes a body to learn its size. */
  static final class EncodesForSize extends WithSender {
    @Override
    TargetSender sender(KitMemory memory) {
      return new KitMemory.Sender(memory) {
        @Override
        public long sizeInBytes(Message message) {
          return message.body().length() + 7L;
        }
      };
    }
  }

  /** Quotes what it was to send in a failure. */
  static final class QuotesPayload extends WithSender {
    @Override
    TargetSender sender(KitMemory memory) {
      return new KitMemory.Sender(memory) {
        @Override
        public List<Outcome> send(Batch batch, Deadline deadline) throws Exception {
          try {
            return super.send(batch, deadline);
          } catch (KitMemory.InTrouble error) {
            Failure failure = classify(error);
            String quoted = failure.detail() + ": " + batch.messages().get(0).body().utf8();
            return Collections.nCopies(
                batch.messages().size(),
                Outcome.failed(
                    failure.kind() == Failure.Kind.FATAL
                        ? Failure.fatal(failure.code(), quoted)
                        : Failure.retryable(failure.code(), quoted)));
          }
        }
      };
    }
  }

  /** Lets go of what other targets share with it. */
  static final class ClosesShared extends WithSender {
    @Override
    TargetSender sender(KitMemory memory) {
      return new KitMemory.Sender(memory) {
        @Override
        public void close() {
          memory.trouble(Trouble.MISSING);
        }
      };
    }
  }

  /** Prints what it sends. */
  static final class PrintsPayload extends WithSender {
    @Override
    TargetSender sender(KitMemory memory) {
      return new KitMemory.Sender(memory) {
        @Override
        public List<Outcome> send(Batch batch, Deadline deadline) throws Exception {
          System.err.println("sending " + batch.messages().get(0).body().utf8());
          return super.send(batch, deadline);
        }
      };
    }
  }

  /** Believes every destination. */
  static final class BelievesDestinations extends Sound {
    @Override
    protected TargetProvider provider() {
      return new KitMemory.Provider() {
        @Override
        public void validate(TargetConfig target, ProviderContext context) {
          if (target.destination().isEmpty()) {
            super.validate(target, context);
          }
        }
      };
    }
  }

  /** Answers for all but the last. */
  static final class ShortAnswer extends WithSender {
    @Override
    TargetSender sender(KitMemory memory) {
      return new KitMemory.Sender(memory) {
        @Override
        List<Outcome> outcomes(List<Message> messages, List<Boolean> taken) {
          List<Outcome> outcomes = super.outcomes(messages, taken);
          return outcomes.subList(0, Math.max(1, outcomes.size() - 1));
        }
      };
    }
  }
}
