package dev.opsagent.tools.docker;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what the classic builder prints: its steps, the images it makes, how it ends. */
final class ClassicOutput {
  private static final Pattern STEP = Pattern.compile("Step \\d+/\\d+ : (\\w+).*");
  private static final Pattern IMAGE = Pattern.compile(" ---> ([0-9a-f]{12,64})");
  private static final Pattern RESULT = Pattern.compile("Successfully built ([0-9a-f]{12,64})");
  private static final Pattern CHATTER =
      Pattern.compile(" ---> (Running in .*)?|Removing intermediate container .*");
  private static final String CACHED = " ---> Using cache";

  private final BuildReport report;
  private final LineBuffer text = new LineBuffer(this::line);
  private BuildReport.Part step;
  private boolean makes;

  ClassicOutput(BuildReport report) {
    this.report = report;
    this.step = report.unnamed();
  }

  /** Takes a part of the output; parts end anywhere. */
  void take(String part) {
    text.append(part);
  }

  private void line(String raw) {
    Matcher image = IMAGE.matcher(raw.stripTrailing());
    Matcher built = RESULT.matcher(raw.strip());
    Matcher begun = STEP.matcher(raw.stripTrailing());
    if (begun.matches()) {
      makes = !begun.group(1).equals("FROM");
      step = report.begun(raw);
      report.blame(step);
    } else if (raw.startsWith(CACHED)) {
      makes = false;
    } else if (image.matches()) {
      if (makes) {
        report.made(image.group(1));
      }
    } else if (built.matches()) {
      report.succeeded(built.group(1));
    } else if (!raw.isBlank() && !CHATTER.matcher(raw.replace("\r", "")).matches()) {
      step.said(raw);
    }
  }
}
