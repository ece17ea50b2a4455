package org.streamfanout.testkit;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request in its service's own protocol. */
interface ServiceCall {

  /** Returns the call that a request makes. */
  static ServiceCall of(HttpMessage request) throws IOException {
    String target = request.header("x-amz-target");
    return target.isEmpty() ? new QueryCall(request) : new JsonCall(request, target);
  }

  /** Returns the service. */
  AwsService service();

  /** Returns the action's name, such as {@code PutRecords}. */
  String action();

  /** Returns how many entries the call carries; 0 if it is no batch. */
  int entries();

  /** Returns the request's body with the entries at these places only. */
  byte[] bodyWith(List<Integer> places) throws IOException;

  /**
   * Returns the whole call's answer.
   *
   * @param answer what the server answered for the entries that it has seen; null for none
   * @param forwarded the places of these entries
   * @param failed what to say of the others, and of those that are to look failed
   */
  byte[] compose(byte @Nullable [] answer, List<Integer> forwarded, Map<Integer, EntryError> failed)
      throws IOException;

  /** Returns an error for the whole call. */
  HttpMessage error(AwsService.ServiceError error) throws IOException;

  /** Returns the content type of an answer. */
  String contentType();
}
