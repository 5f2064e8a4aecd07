package dev.opsagent.tools.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.redaction.Redactor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServiceLogTest {
  private static final int READ = 64 * 1024;
  private static final String SECRET = "first-of-the-lines\nthe second+line of it";

  private Path file = Path.of("");
  private ServiceLog log = new ServiceLog(file, it -> it);

  @BeforeEach
  void begin(@TempDir Path folder) {
    file = folder.resolve("service.log");
    log = new ServiceLog(file, Redactor.of(Map.of("it", SECRET))::text);
  }

  @Test
  void aShortLogIsToldFromItsBeginning() throws IOException {
    Files.writeString(file, "one " + SECRET + " two\nthree\n");
    assertThat(log.tail()).containsExactly("one [secret] two", "three");
  }

  @Test
  void whereverTheLogIsCutNoRestOfASecretIsTold() throws IOException {
    String written =
        Base64.getMimeEncoder(20, new byte[] {'\n'}).encodeToString(SECRET.getBytes(UTF_8));
    for (int cut = 0; cut < written.length(); cut++) {
      String rest = written.substring(cut) + "\n";
      Files.writeString(file, written + "\n" + "y".repeat(READ - rest.length() - 1) + "\n");
      List<String> told = log.tail();
      assertThat(told).as("cut at %d", cut).singleElement().asString().matches("y{300}");
    }
  }
}
