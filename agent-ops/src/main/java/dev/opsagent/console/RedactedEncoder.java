package dev.opsagent.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import dev.opsagent.redaction.Redactor;
import java.util.Map;
import org.slf4j.LoggerFactory;

/**
 * The last thing that a log line passes, with its exceptions: takes secrets out of it. Until it is
 * told which there are, those that can be told by what they look like.
 */
public final class RedactedEncoder extends PatternLayoutEncoder {
  private volatile Redactor redactor = Redactor.of(Map.of());

  /** From now on, every such encoder of this process hides what the redactor knows. */
  public static void useEverywhere(Redactor redactor) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logging) {
      logging
          .getLoggerList()
          .forEach(logger ->
              logger
                  .iteratorForAppenders()
                  .forEachRemaining(appender -> {
                    if (appender instanceof OutputStreamAppender<?> stream
                        && stream.getEncoder() instanceof RedactedEncoder encoder) {
                      encoder.redactor = redactor;
                    }
                  }));
    }
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    return redactor.text(new String(super.encode(event), UTF_8)).getBytes(UTF_8);
  }
}
