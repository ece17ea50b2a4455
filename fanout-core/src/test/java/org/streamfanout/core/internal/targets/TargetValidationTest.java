package org.streamfanout.core.internal.targets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.internal.targets.TargetValidation.Resolution;
import org.streamfanout.core.internal.targets.TargetValidation.Usable;
import org.streamfanout.core.registry.FakeProvider;
import org.streamfanout.core.registry.JsonTargetRegistry;
import org.streamfanout.core.registry.PayloadStores;
import org.streamfanout.core.registry.Providers;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.Targets;
import org.streamfanout.testkit.InMemoryPayloads;

class TargetValidationTest {
  private static final String SOURCE = "arn:aws:kinesis:us-east-1:123456789012:stream/s";

  private final TargetValidation validation =
      new TargetValidation(
          Providers.of(
              List.of(
                  new FakeProvider("queue", List.of("q"), true),
                  new FakeProvider("stream", List.of(), false),
                  new FakeProvider("cloud", List.of(), false))),
          PayloadStores.of(List.of(new InMemoryPayloads())),
          FakeProvider.CONTEXT,
          Set.of("redact"));

  private Resolution resolve(String rows) {
    String json = rows.replace('\'', '"').replace("{{", "{\"sourceArn\":\"" + SOURCE + "\",");
    JsonTargetRegistry registry = JsonTargetRegistry.parse(json);
    return validation.resolve(registry.targetsFor(Source.of(SOURCE)));
  }

  private static Map<String, List<String>> problems(Resolution resolution) {
    return resolution.invalid().stream()
        .collect(Collectors.toMap(Targets.Invalid::id, Targets.Invalid::problems));
  }

  @Test
  void resolve_soundRows_usableInOrderWithCapabilities() {
    Resolution resolution =
        resolve(
            "[{{'id':'b','type':'queue','destination':'x','active':true},"
                + "{{'id':'a','type':'q','destination':'x','active':true,'collapse':'NONE'},"
                + "{{'id':'c','type':'stream','destination':'x','active':true,'collapse':'JSON'},"
                + "{{'id':'off','type':'nonsense','destination':'bad','active':false}]");

    assertThat(resolution.invalid()).isEmpty();
    assertThat(resolution.usable())
        .extracting(each -> each.config().id())
        .containsExactly("b", "a", "c");
    assertThat(resolution.usable())
        .extracting(Usable::collapse)
        .containsExactly(Collapse.JSON, Collapse.NONE, Collapse.NONE);
  }

  @Test
  void resolve_unknownType_problemNamesTheArtifactToAdd() {
    Resolution resolution =
        resolve(
            "[{{'id':'a','type':'redis','destination':'x','active':true},"
                + "{{'id':'b','type':'es','destination':'x','active':true},"
                + "{{'id':'c','type':'Queue','destination':'x','active':true}]");

    assertThat(resolution.usable()).isEmpty();
    assertThat(problems(resolution).get("a").toString()).contains("fanout-provider-redis");
    assertThat(problems(resolution).get("b").toString()).contains("fanout-provider-opensearch");
    assertThat(problems(resolution).get("c").toString()).contains("did you mean 'queue'");
  }

  @Test
  void resolve_manyMistakesInOneRow_everyOneReported() {
    Resolution resolution =
        resolve(
            "[{{'id':'a','type':'queue','destination':'bad','active':true,'collapse':'concat',"
                + "'filter':'nope','transform':'missing','options':{'color':'x','size':1},"
                + "'onFailure':'DEAD_LETTER'}]");

    assertThat(problems(resolution).get("a"))
        .hasSize(8)
        .anyMatch(text -> text.contains("option 'color' is unknown to type 'queue'"))
        .anyMatch(text -> text.contains("option 'size'") && text.contains("[colour]"))
        .contains("destination is bad", "and ugly")
        .anyMatch(text -> text.contains("'collapse' is 'concat'") && text.contains("[none, JSON]"))
        .anyMatch(text -> text.contains("'filter'") && text.contains("JSON document"))
        .anyMatch(text -> text.contains("'transform' names 'missing'"))
        .anyMatch(text -> text.contains("'deadLetter' is empty"));
  }

  @Test
  void resolve_unknownCollapse_problemOnlyWhereTheTypeCollapses() {
    Resolution resolution =
        resolve(
            "[{{'id':'a','type':'queue','destination':'x','active':true,'collapse':'zip'},"
                + "{{'id':'b','type':'stream','destination':'x','active':true,'collapse':'zip'}]");

    assertThat(problems(resolution)).containsOnlyKeys("a");
  }

  @Test
  void resolve_providerThrowsAnything_problemOfThatRowAlone() {
    Resolution resolution =
        resolve(
            "[{{'id':'a','type':'queue','destination':'broken','active':true},"
                + "{{'id':'b','type':'queue','destination':'x','active':true}]");

    assertThat(problems(resolution).get("a").toString())
        .contains(FakeProvider.class.getName())
        .contains("a bug");
    assertThat(resolution.usable()).hasSize(1);
  }

  @Test
  void resolve_rowsThatTheRegistryRejected_areKeptWithTheirProblems() {
    Resolution resolution =
        resolve("[{{'id':'a','type':'queue','active':true},{{'id':'b','active':'maybe'}]");

    assertThat(problems(resolution)).containsOnlyKeys("a", "b");
    assertThat(problems(resolution).get("a").toString()).contains("'destination' is missing");
  }

  @Test
  void resolve_deadLetterToSoundRow_bothUsableAndDeadLettersNeverCollapse() {
    Resolution resolution =
        resolve(
            "[{{'id':'a','type':'queue','destination':'x','active':true,"
                + "'onFailure':'DEAD_LETTER','deadLetter':'dlq'},"
                + "{{'id':'dlq','type':'queue','destination':'x','active':true,"
                + "'deadLetterOnly':true,'filter':{'data':['x']},'collapse':'JSON'}]");

    assertThat(resolution.invalid()).isEmpty();
    assertThat(resolution.usable())
        .extracting(Usable::collapse)
        .containsExactly(Collapse.JSON, Collapse.NONE);
    assertThat(resolution.warnings()).singleElement().asString().contains("'dlq'", "'filter'");
  }

  @Test
  void resolve_deadLetterThatCannotWork_problemSaysWhy() {
    Resolution resolution =
        resolve(
            "[{{'id':'nowhere','type':'queue','destination':'x','active':true,"
                + "'onFailure':'DEAD_LETTER','deadLetter':'ghost'},"
                + "{{'id':'self','type':'queue','destination':'x','active':true,"
                + "'onFailure':'DEAD_LETTER','deadLetter':'self'},"
                + "{{'id':'plain','type':'queue','destination':'x','active':true,"
                + "'onFailure':'DEAD_LETTER','deadLetter':'good'},"
                + "{{'id':'good','type':'queue','destination':'x','active':true},"
                + "{{'id':'asleep','type':'queue','destination':'x','active':true,"
                + "'onFailure':'DEAD_LETTER','deadLetter':'off'},"
                + "{{'id':'off','type':'queue','destination':'x','deadLetterOnly':true},"
                + "{{'id':'toBroken','type':'queue','destination':'x','active':true,"
                + "'onFailure':'DEAD_LETTER','deadLetter':'brokenDlq'},"
                + "{{'id':'brokenDlq','type':'queue','destination':'bad','active':true,"
                + "'deadLetterOnly':true},"
                + "{{'id':'toUnread','type':'queue','destination':'x','active':true,"
                + "'onFailure':'DEAD_LETTER','deadLetter':'unread'},"
                + "{{'id':'unread','type':'queue','active':true,'deadLetterOnly':true},"
                + "{{'id':'forgot','type':'queue','destination':'x','active':true,"
                + "'deadLetter':'off'}]");

    Map<String, List<String>> problems = problems(resolution);
    assertThat(resolution.usable()).extracting(each -> each.config().id()).containsExactly("good");
    assertThat(problems.get("nowhere").toString()).contains("which no row of source");
    assertThat(problems.get("self").toString()).contains("the row itself");
    assertThat(problems.get("plain").toString()).contains("set deadLetterOnly=true");
    assertThat(problems.get("asleep").toString()).contains("is not active");
    assertThat(problems.get("toBroken").toString()).contains("cannot be used itself");
    assertThat(problems.get("toUnread").toString()).contains("cannot be used itself");
    assertThat(problems.get("forgot")).hasSize(2);
  }

  @Test
  void resolve_deadLettersInACircle_everyRowOfItHasTheProblem() {
    Resolution resolution =
        resolve(
            "[{{'id':'in','type':'queue','destination':'x','active':true,"
                + "'onFailure':'DEAD_LETTER','deadLetter':'a'},"
                + "{{'id':'a','type':'queue','destination':'x','active':true,"
                + "'deadLetterOnly':true,'onFailure':'DEAD_LETTER','deadLetter':'b'},"
                + "{{'id':'b','type':'queue','destination':'x','active':true,"
                + "'deadLetterOnly':true,'onFailure':'DEAD_LETTER','deadLetter':'a'}]");

    Map<String, List<String>> problems = problems(resolution);
    assertThat(problems).containsOnlyKeys("in", "a", "b");
    assertThat(problems.get("a").toString()).contains("leads back here: a -> b -> a");
    assertThat(problems.get("b").toString()).contains("leads back here: b -> a -> b");
    assertThat(problems.get("in").toString()).contains("cannot be used itself");
  }

  @Test
  void resolve_unknownColumn_warningAndUsable() {
    Resolution resolution =
        resolve("[{{'id':'a','type':'queue','destination':'x','active':true,'colour':'red'}]");

    assertThat(resolution.usable()).hasSize(1);
    assertThat(resolution.warnings()).singleElement().asString().contains("'a'", "'colour'");
  }

  @Test
  void resolve_roleAndRegionOfATypeWithoutAws_oneWarningAndUsable() {
    Resolution resolution =
        resolve(
            "[{{'id':'a','type':'queue','destination':'x','active':true,"
                + "'role':'arn:aws:iam::123456789012:role/r','externalId':'ext','region':'eu-west-1'},"
                + "{{'id':'b','type':'queue','destination':'x','active':true}]");

    assertThat(resolution.usable()).hasSize(2);
    assertThat(resolution.warnings())
        .singleElement()
        .asString()
        .contains("target 'a'", "columns 'role', 'externalId', 'region' ignored")
        .doesNotContain("ext'");
  }

  @Test
  void resolve_roleOfATypeThatNeedsPermissions_noWarning() {
    Resolution resolution =
        resolve(
            "[{{'id':'a','type':'cloud','destination':'x','active':true,"
                + "'role':'arn:aws:iam::123456789012:role/r','region':'eu-west-1'}]");

    assertThat(resolution.usable()).hasSize(1);
    assertThat(resolution.warnings()).isEmpty();
  }

  @Test
  void resolve_oversize_everyMistakeIsReported() {
    Map<String, List<String>> problems =
        problems(
            resolve(
                "[{{'id':'nowhere','type':'queue','destination':'x','active':true,"
                    + "'oversize':'CLAIM_CHECK'},"
                    + "{{'id':'never','type':'queue','destination':'x','active':true,"
                    + "'claimCheck':'memory:x'},"
                    + "{{'id':'useless','type':'cloud','destination':'x','active':true,"
                    + "'oversize':'claim-check','claimCheck':'memory:x'},"
                    + "{{'id':'unknown','type':'queue','destination':'x','active':true,"
                    + "'oversize':'CLAIM_CHECK','claimCheck':'ftp://x'},"
                    + "{{'id':'bad','type':'queue','destination':'x','active':true,"
                    + "'oversize':'CLAIM_CHECK','claimCheck':'memory:'},"
                    + "{{'id':'other','type':'queue','destination':'x','active':true,"
                    + "'oversize':'SPLIT'}]"));

    assertThat(problems.get("nowhere"))
        .singleElement()
        .asString()
        .contains("'claimCheck' is empty");
    assertThat(problems.get("never")).singleElement().asString().contains("'oversize' is REJECT");
    assertThat(problems.get("useless"))
        .singleElement()
        .asString()
        .contains("no use to type 'cloud'");
    assertThat(problems.get("unknown")).singleElement().asString().contains("ftp://x", "[memory]");
    assertThat(problems.get("bad"))
        .singleElement()
        .asString()
        .contains("write something behind it");
    assertThat(problems.get("other")).singleElement().asString().contains("SPLIT", "CLAIM_CHECK");
  }

  @Test
  void resolve_claimCheck_isUsable() {
    Resolution resolution =
        resolve(
            "[{{'id':'a','type':'queue','destination':'x','active':true,"
                + "'oversize':'CLAIM_CHECK','claimCheck':'memory:x'}]");

    assertThat(resolution.invalid()).isEmpty();
    assertThat(resolution.usable())
        .singleElement()
        .satisfies(usable -> assertThat(usable.openStore(FakeProvider.CONTEXT)).isNotNull());
  }
}
