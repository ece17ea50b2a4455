package org.streamfanout.it;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.utils.builder.SdkBuilder;

/**
 * A line that begins with {@code aws}, read by the model of the SDK: the service's operation, and a
 * request of it with what the options say. Knows what AWS's command line adds: shorthand syntax,
 * {@code --no-...} and options of its own.
 */
record AwsLine(Class<? extends SdkClient> service, Method operation, Object request) {
  private static final Map<String, Class<? extends SdkClient>> SERVICES =
      Map.of(
          "dynamodb", DynamoDbClient.class,
          "iam", IamClient.class,
          "kinesis", KinesisClient.class,
          "lambda", LambdaClient.class,
          "secretsmanager", SecretsManagerClient.class);

  /** Commands with a language of their own, which the checks of the templates' pages know. */
  static final Set<String> OTHERS = Set.of("cloudformation", "logs", "s3");

  /** Not of the request: how the command line itself reads, writes and pages. */
  private static final Set<String> OWN =
      Set.of("cli-binary-format", "max-items", "output", "profile", "query", "region");

  private static final Pattern WORD =
      Pattern.compile("'([^']*)'|\"((?:[^\"\\\\]|\\\\.)*)\"|(\\S+)");
  private static final Pattern COMMAND =
      Pattern.compile("(?m)(?:^ *|`)aws +((?:[a-z0-9]+) +(?:[a-z0-9-]+)[^`\n]*)");

  /** Returns every such line of a document, without {@code aws}. */
  static List<String> in(String document) {
    return COMMAND
        .matcher(document.replaceAll("\\\\\n *", " "))
        .results()
        .map(found -> found.group(1).strip())
        .toList();
  }

  static String serviceOf(String line) {
    return line.substring(0, line.indexOf(' '));
  }

  /**
   * Reads a line.
   *
   * @throws IllegalArgumentException if there is no such service, operation or option, or a value
   *     is not of its kind
   */
  static AwsLine parse(String line) {
    List<String> words = WORD.matcher(line).results().map(AwsLine::unquoted).toList();
    Class<? extends SdkClient> service = SERVICES.get(words.get(0));
    if (service == null) {
      throw new IllegalArgumentException("no service '" + words.get(0) + "'");
    }
    String name = camel(words.get(1));
    Method operation =
        Arrays.stream(service.getMethods())
            .filter(method -> method.getName().equalsIgnoreCase(name))
            .filter(method -> method.getParameterCount() == 1)
            .filter(method -> SdkPojo.class.isAssignableFrom(method.getParameterTypes()[0]))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        words.get(0) + " has no operation '" + words.get(1) + "'"));
    SdkPojo builder = builder(operation.getParameterTypes()[0]);
    options(words.subList(2, words.size()))
        .forEach((option, values) -> set(builder, option, values));
    return new AwsLine(service, operation, built(builder));
  }

  /** Sends the request. */
  Object send(SdkClient client) {
    try {
      return operation.invoke(client, request);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(operation.getName() + " failed", e.getCause());
    }
  }

  private static String unquoted(MatchResult word) {
    if (word.group(1) != null) {
      return word.group(1);
    }
    return word.group(2) != null ? word.group(2).replaceAll("\\\\(.)", "$1") : word.group(3);
  }

  private static Map<String, List<String>> options(List<String> words) {
    Map<String, List<String>> options = new LinkedHashMap<>();
    List<String> values = null;
    for (String word : words) {
      if (word.startsWith("--")) {
        values = new ArrayList<>();
        options.put(word.substring(2), values);
      } else if (values == null) {
        throw new IllegalArgumentException("'" + word + "' belongs to no option");
      } else {
        values.add(word);
      }
    }
    OWN.forEach(options::remove);
    return options;
  }

  private static void set(SdkPojo builder, String option, List<String> values) {
    boolean negated = option.startsWith("no-") && values.isEmpty();
    String member = camel(negated ? option.substring("no-".length()) : option);
    SdkField<?> field = field(builder, member);
    field.set(builder, negated ? Boolean.FALSE : value(field, values));
  }

  private static SdkField<?> field(SdkPojo builder, String member) {
    return builder.sdkFields().stream()
        .filter(field -> field.memberName().equalsIgnoreCase(member))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    builder.getClass().getName() + " has no member '" + member + "'"));
  }

  private static Object value(SdkField<?> field, List<String> values) {
    if (field.marshallingType() == MarshallingType.LIST) {
      SdkField<?> member = field.getTrait(ListTrait.class).memberFieldInfo();
      return values.stream().map(each -> one(member, each)).toList();
    }
    if (field.marshallingType() == MarshallingType.BOOLEAN && values.isEmpty()) {
      return Boolean.TRUE;
    }
    if (values.size() != 1) {
      throw new IllegalArgumentException(field.memberName() + " takes one value, not " + values);
    }
    return one(field, values.get(0));
  }

  private static Object one(SdkField<?> field, String text) {
    MarshallingType<?> type = field.marshallingType();
    if (type == MarshallingType.STRING) {
      return text;
    }
    if (type == MarshallingType.INTEGER) {
      return Integer.valueOf(text);
    }
    if (type == MarshallingType.BOOLEAN) {
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "true" -> true;
        case "false" -> false;
        default -> throw new IllegalArgumentException("'" + text + "' is neither true nor false");
      };
    }
    if (type == MarshallingType.SDK_BYTES) {
      return SdkBytes.fromUtf8String(text);
    }
    if (type == MarshallingType.SDK_POJO) {
      SdkPojo builder = field.constructor().get();
      for (String part : text.split(",")) {
        int equals = part.indexOf('=');
        if (equals < 0) {
          throw new IllegalArgumentException("'" + part + "' is no shorthand of name=value");
        }
        SdkField<?> member = field(builder, part.substring(0, equals));
        member.set(builder, one(member, part.substring(equals + 1)));
      }
      return built(builder);
    }
    throw new IllegalArgumentException("values of " + type + " are not read here: " + text);
  }

  private static SdkPojo builder(Class<?> request) {
    try {
      return (SdkPojo) request.getMethod("builder").invoke(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object built(SdkPojo builder) {
    return ((SdkBuilder<?, ?>) builder).build();
  }

  private static String camel(String words) {
    return words.replace("-", "");
  }
}
