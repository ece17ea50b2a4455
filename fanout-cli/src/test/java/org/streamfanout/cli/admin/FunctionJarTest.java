package org.streamfanout.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.admin.AdminException;

/** Where the function's jar is looked for. */
class FunctionJarTest {
  @TempDir private Path folder;

  private Path file(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, "");
  }

  @Test
  void jar_besideTheCommand_isFound() throws IOException {
    Path command = file("bin/fanout-cli-1-all.jar");
    Path jar = file("bin/fanout-lambda-function-1-all.jar");
    file("bin/fanout-lambda-function-1.jar");

    assertThat(FunctionJar.beside(command)).isEqualTo(jar);
  }

  @Test
  void jar_ofTheSources_isFound() throws IOException {
    Path command = file("fanout-cli/target/fanout-cli-1-all.jar");
    Path jar = file("fanout-lambda-function/target/fanout-lambda-function-1-all.jar");

    assertThat(FunctionJar.beside(command)).isEqualTo(jar);
  }

  @Test
  void jar_thatIsNowhereOrTwice_isAskedFor() throws IOException {
    Path command = file("bin/fanout-cli-1-all.jar");
    assertThatThrownBy(() -> FunctionJar.beside(command))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("not beside the command")
        .hasMessageContaining("--jar FILE");

    file("bin/fanout-lambda-function-1-all.jar");
    file("bin/fanout-lambda-function-2-all.jar");
    assertThatThrownBy(() -> FunctionJar.beside(command))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("more than one jar");
  }
}
