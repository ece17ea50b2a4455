package org.streamfanout.admin;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;
import software.amazon.awssdk.services.lambda.model.GetEventSourceMappingResponse;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.ResourceInUseException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;
import software.amazon.awssdk.services.lambda.model.UpdateEventSourceMappingRequest;

/**
 * Lambda's event source mappings. What is changed answers at once and takes effect later (<a
 * href="https://docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingConfiguration.html">State</a>,
 * as known 2026-11): each change here returns once it has.
 */
final class Mappings {
  static final String ENABLED = "Enabled";
  static final String DISABLED = "Disabled";
  static final String DELETING = "Deleting";

  /** The states in which nothing is under way. */
  static final Set<String> SETTLED = Set.of(ENABLED, DISABLED);

  /**
   * Longer than a new role takes, and no longer: one that may not read the source gets the same
   * answer.
   */
  private static final Duration NEW_ROLE = Duration.ofMinutes(1);

  private final AdminClients clients;
  private final Polling polling;
  private final LambdaPatience patience;

  Mappings(AdminClients clients, Polling polling) {
    this.clients = clients;
    this.polling = polling;
    this.patience = new LambdaPatience(polling.atMost(NEW_ROLE));
  }

  private LambdaClient lambda() {
    return clients.client(LambdaClient.class, LambdaClient::builder);
  }

  /**
   * Returns the mappings of a function, of all its versions and aliases, to the last page. All of
   * the account are asked for: by a function's name, whether those of its aliases come is not told.
   */
  List<EventSourceMappingConfiguration> of(HookedFunction.Name function) {
    return Ask.aws(
        "list the event source mappings of '" + function.reference() + "'",
        "lambda:ListEventSourceMappings",
        () ->
            lambda()
                .listEventSourceMappingsPaginator(request -> request.maxItems(100))
                .eventSourceMappings()
                .stream()
                .filter(each -> function.isCalledBy(each.functionArn()))
                .toList());
  }

  /**
   * Makes a mapping.
   *
   * @return its id; nothing if there is one already
   */
  Optional<String> create(HookedFunction.Name function, Map<String, Object> values) {
    CreateEventSourceMappingRequest.Builder request =
        CreateEventSourceMappingRequest.builder().functionName(function.reference());
    MappingValues.set(request, values);
    AtomicReference<@Nullable String> made = new AtomicReference<>();
    patience.untilTaken(
        "create the event source mapping",
        "lambda:CreateEventSourceMapping",
        () -> {
          try {
            made.set(lambda().createEventSourceMapping(request.build()).uuid());
            return LambdaPatience.TAKEN;
          } catch (ResourceConflictException e) {
            return LambdaPatience.TAKEN;
          } catch (TooManyRequestsException e) {
            return LambdaPatience.text(e);
          }
        });
    return Optional.ofNullable(made.get());
  }

  /**
   * Changes members of a mapping, and no others.
   *
   * @return its state then, which is one of these
   */
  String update(String uuid, Map<String, Object> values, Set<String> states) {
    UpdateEventSourceMappingRequest.Builder request =
        UpdateEventSourceMappingRequest.builder().uuid(uuid);
    MappingValues.set(request, values);
    change(
        uuid,
        "change",
        "lambda:UpdateEventSourceMapping",
        () -> lambda().updateEventSourceMapping(request.build()));
    return settled(uuid, states);
  }

  /** Deletes a mapping; one that is gone is fine. */
  void delete(String uuid) {
    change(
        uuid,
        "delete",
        "lambda:DeleteEventSourceMapping",
        () -> {
          try {
            lambda().deleteEventSourceMapping(request -> request.uuid(uuid));
          } catch (ResourceNotFoundException e) {
            // what was wanted
          }
        });
    gone(uuid);
  }

  private void change(String uuid, String verb, String action, Runnable call) {
    polling.until(
        "the mapping " + uuid + " to be free",
        () ->
            Ask.aws(
                verb + " the event source mapping " + uuid,
                action,
                () -> {
                  try {
                    call.run();
                    return true;
                  } catch (ResourceInUseException
                      | ResourceConflictException
                      | TooManyRequestsException e) {
                    return false;
                  }
                }),
        isDone -> isDone);
  }

  /** Waits until a mapping has one of these states, and returns it. */
  String settled(String uuid, Set<String> states) {
    return polling.until(
        "the mapping " + uuid + " to be ready",
        () ->
            state(uuid)
                .orElseThrow(
                    () ->
                        new AdminException(
                            "the mapping " + uuid + " was deleted by somebody else meanwhile")),
        states::contains);
  }

  /** Waits until there is no such mapping. */
  void gone(String uuid) {
    polling.until("the mapping " + uuid + " to be gone", () -> state(uuid), Optional::isEmpty);
  }

  private Optional<String> state(String uuid) {
    return Ask.aws(
        "read the event source mapping " + uuid,
        "lambda:GetEventSourceMapping",
        () -> {
          try {
            GetEventSourceMappingResponse now =
                lambda().getEventSourceMapping(request -> request.uuid(uuid));
            return Optional.of(now.state());
          } catch (ResourceNotFoundException e) {
            return Optional.empty();
          }
        });
  }

  static boolean isSettled(EventSourceMappingConfiguration mapping) {
    return SETTLED.contains(mapping.state());
  }
}
