package org.streamfanout.provider.firehose;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TableChange;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Records;

class FlatteningTest {
  private static Map<String, AttributeValue> image() {
    Map<String, AttributeValue> image = new LinkedHashMap<>();
    image.put("event", new AttributeValue.S("page \"view\""));
    image.put("nanotimestamp", new AttributeValue.N("1479915893000000001"));
    image.put("raw", new AttributeValue.B(Bytes.utf8("ab")));
    image.put("gone", new AttributeValue.Null());
    image.put("nested", new AttributeValue.M(Map.of("S", new AttributeValue.S("x"))));
    return image;
  }

  private static TargetConfig target(Source source, Map<String, String> options) {
    return TargetConfig.builder(source, "t", "firehose", "stream").options(options).build();
  }

  private static Flattening of(Map<String, String> options) {
    return Objects.requireNonNull(Flattening.of(target(Records.DYNAMODB, options)));
  }

  @Test
  void line_ofAnImage_hasAttributesOfTheTypesAskedForAsStrings() {
    assertThat(of(Map.of("flatten", "S,N,B")).line(image()).utf8())
        .isEqualTo(
            "{\"event\":\"page \\\"view\\\"\",\"nanotimestamp\":\"1479915893000000001\","
                + "\"raw\":\"YWI=\"}\n");
    assertThat(of(Map.of("flatten", "N, B")).line(image()).utf8())
        .isEqualTo("{\"nanotimestamp\":\"1479915893000000001\",\"raw\":\"YWI=\"}\n");
    assertThat(of(Map.of("flatten", "B")).line(Map.of()).utf8()).isEqualTo("{}\n");
  }

  @Test
  void wants_removals_onlyIfTheyAreKept() {
    Flattening drops = of(Map.of("flatten", "S"));
    Flattening keeps = of(Map.of("flatten", "S", "removes", "keep"));
    for (TableChange.Type type : TableChange.Type.values()) {
      assertThat(drops.wants(Records.dynamoDb(0, type, "a")))
          .as(type.name())
          .isEqualTo(type != TableChange.Type.REMOVE);
      assertThat(keeps.wants(Records.dynamoDb(0, type, "a"))).isTrue();
    }
  }

  @Test
  void image_ofAChange_isTheNewOneAndOfARemovalTheOldOneElseTheKeys() {
    Map<String, AttributeValue> keys = Map.of("id", new AttributeValue.S("k"));
    Map<String, AttributeValue> old = Map.of("id", new AttributeValue.S("old"));

    assertThat(Flattening.image(new TableChange(TableChange.Type.MODIFY, keys, image(), old)))
        .isEqualTo(image());
    assertThat(Flattening.image(new TableChange(TableChange.Type.MODIFY, keys, null, old)))
        .isNull();
    assertThat(Flattening.image(new TableChange(TableChange.Type.REMOVE, keys, null, old)))
        .isEqualTo(old);
    assertThat(Flattening.image(new TableChange(TableChange.Type.REMOVE, keys, null, null)))
        .isEqualTo(keys);
  }

  @Test
  void problems_ofTheOptions_areAllNamed() {
    assertThat(Flattening.problems(target(Records.KINESIS, Map.of()))).isEmpty();
    assertThat(
            Flattening.problems(
                target(Records.DYNAMODB, Map.of("flatten", "S,N,B", "removes", "keep"))))
        .isEmpty();
    assertThat(
            Flattening.problems(target(Records.KINESIS, Map.of("flatten", "S,X", "removes", "y"))))
        .hasSize(3)
        .anyMatch(problem -> problem.contains("'S,X'"))
        .anyMatch(problem -> problem.contains("DynamoDB"))
        .anyMatch(problem -> problem.contains("'y'"));
    assertThat(Flattening.problems(target(Records.DYNAMODB, Map.of("removes", "keep")))).hasSize(1);
    for (String types : List.of("", "S,", "s")) {
      assertThat(Flattening.problems(target(Records.DYNAMODB, Map.of("flatten", types))))
          .as(types)
          .hasSize(1);
    }
    assertThat(of(Map.of("flatten", "B,S")).types())
        .isEqualTo(EnumSet.of(Flattening.Type.S, Flattening.Type.B));
  }
}
