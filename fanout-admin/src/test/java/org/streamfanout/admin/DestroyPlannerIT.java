package org.streamfanout.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is taken away and what stays, on a real table and a stand-in account. */
class DestroyPlannerIT {
  @TempDir private Path folder;
  private DeployFixture fixture;

  @BeforeEach
  void deploy() {
    fixture = new DeployFixture(folder);
    fixture.deploy(options -> options);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void destroy_takesFunctionAndTable_andKeepsTheRole() {
    fixture.account().map("m-1", TableFixture.STREAM, "fanout");
    DeployPlan plan = fixture.planEnd();

    assertThat(DeployFixture.carryOut(plan)).containsExactly("REMOVE FUNCTION", "REMOVE TABLE");

    assertThat(plan.warnings()).singleElement().asString().contains("1 mapping", "unhook");
    assertThat(plan.left())
        .anyMatch(left -> left.contains("m-1") && left.contains(TableFixture.STREAM))
        .anyMatch(left -> left.contains("aws iam delete-role --role-name fanoutRole"))
        .anyMatch(left -> left.contains("log group /aws/lambda/fanout"));
    assertThat(fixture.snapshot())
        .contains("role fanoutRole")
        .doesNotContain("function fanout")
        .endsWith("[]");
  }

  @Test
  void destroy_again_findsNothingToDo() {
    DeployFixture.carryOut(fixture.planEnd());

    assertThat(fixture.planEnd().isDone()).isTrue();
    assertThat(DeployFixture.carryOut(fixture.planEnd())).isEmpty();
  }

  @Test
  void plan_removesNothing() {
    String before = fixture.snapshot();

    assertThat(fixture.planEnd().isDone()).isFalse();
    assertThat(fixture.snapshot()).isEqualTo(before);
  }

  @Test
  void destroy_aTableOfAnotherRegion_isRefused() {
    assertThatThrownBy(
            () ->
                new DestroyPlanner(fixture.clients(), fixture.polling())
                    .plan("fanout", "arn:aws:dynamodb:us-east-1:123456789012:table/t"))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("not in eu-west-1");
  }

  @Test
  void destroy_cutAnywhere_isCompletedByTheNext() {
    DeployFixture.carryOut(fixture.planEnd());
    String whole = fixture.snapshot();

    boolean wasCut = true;
    int after = 0;
    while (wasCut) {
      after++;
      fixture.deploy(options -> options);
      fixture.account().cutAfter(after);
      try {
        DeployFixture.carryOut(fixture.planEnd());
        wasCut = false;
      } catch (AdminException e) {
        assertThat(e).hasMessageContaining("TheNetworkIsGone");
      }
      fixture.account().mend();
      DeployFixture.carryOut(fixture.planEnd());
      assertThat(fixture.snapshot()).as("cut after %s calls", after).isEqualTo(whole);
    }
    assertThat(after).isGreaterThan(5);
  }
}
