package dev.opsagent.cli;

import dev.opsagent.configuration.Words;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads durations as the configuration does. */
final class DurationConverter implements ITypeConverter<Duration> {
  @Override
  public Duration convert(String text) {
    return Words.duration(text)
        .filter(Duration::isPositive)
        .orElseThrow(() -> new TypeConversionException("write a duration such as 45s, 10m or 1h"));
  }
}
