package dev.opsagent.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import dev.opsagent.redaction.Redactor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class RedactedEncoderTest {
  private static final String SECRET = "a-password-in-an-exception";

  private final LoggerContext logging = (LoggerContext) LoggerFactory.getILoggerFactory();
  private final Logger logger = logging.getLogger("dev.opsagent.console.redacted");
  private final OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  @BeforeEach
  void attach() {
    RedactedEncoder encoder = new RedactedEncoder();
    encoder.setContext(logging);
    encoder.setPattern("%msg%n");
    encoder.start();
    appender.setContext(logging);
    appender.setEncoder(encoder);
    appender.setOutputStream(written);
    appender.start();
    logger.addAppender(appender);
    logger.setAdditive(false);
  }

  @AfterEach
  void detach() {
    logger.detachAppender(appender);
    RedactedEncoder.useEverywhere(Redactor.of(Map.of()));
  }

  @Test
  void neitherAMessageNorAnExceptionBelowAnotherShowsASecret() {
    RedactedEncoder.useEverywhere(Redactor.of(Map.of("db", SECRET)));
    IOException cause = new IOException("no route for jdbc:x?password=" + SECRET);
    logger.error("tried {}", SECRET, new IllegalStateException("pool of " + SECRET, cause));
    assertThat(written.toString(UTF_8))
        .contains("tried [secret]", "pool of [secret]", "no route for jdbc:x?password=[secret]")
        .contains("at dev.opsagent.console.RedactedEncoderTest")
        .doesNotContain(SECRET);
  }

  @Test
  void aTokenIsHiddenBeforeAnySecretIsKnown() {
    logger.error("Authorization: Bearer 0123456789abcdef");
    assertThat(written.toString(UTF_8)).contains("Authorization: Bearer [secret]");
  }

  @Test
  void whatACommandPrintsShowsNoSecret() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (RedactedOutput shown = new RedactedOutput(out, Redactor.of(Map.of("db", SECRET)))) {
      shown.write(("is " + SECRET.substring(0, 5)).getBytes(UTF_8));
      shown.write((SECRET.substring(5) + ".\na-pass").getBytes(UTF_8));
      assertThat(out.toString(UTF_8)).isEqualTo("is [secret].\n");
      shown.flush();
      assertThat(out.toString(UTF_8)).isEqualTo("is [secret].\na-pass");
    }
  }
}
