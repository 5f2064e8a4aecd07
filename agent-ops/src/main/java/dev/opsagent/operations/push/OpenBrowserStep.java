package dev.opsagent.operations.push;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Browser;
import dev.opsagent.plan.Facts;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * Shows a local deployment to the person at the desktop, at most once: a page that did not open is
 * a smaller nuisance than one that opens again after every crash. A machine without a desktop is no
 * failure; the address is in the facts and in the deployment's status.
 */
record OpenBrowserStep(ReleaseSource sources, Browser browser) implements FallibleStep {
  /** Fact: {@code true} when the desktop took the page. */
  static final String OPENED = "browser.opened";

  /** Noted before the page is opened. */
  private static final String NOTE = "browser.asked";

  private static final String MAYBE = "maybe";

  @Override
  public Probe probe(StepContext context) throws IOException {
    return sources
        .folders(context)
        .noted(NOTE)
        .<Probe>map(opened -> new Probe.Satisfied(facts(opened)))
        .orElseGet(Probe.Missing::new);
  }

  private static Facts facts(String opened) {
    return Facts.of(Map.of(OPENED, opened));
  }

  @Override
  public Outcome apply(StepContext context) throws IOException {
    Optional<String> address = context.facts().find(Deployment.ADDRESS);
    TaskFolders folders = sources.folders(context);
    folders.note(NOTE, MAYBE);
    context.fence().check();
    boolean opened = address.filter(this::open).isPresent();
    context
        .progress()
        .line(opened ? "opened the browser" : "open it yourself: " + address.orElse("no address"));
    folders.note(NOTE, String.valueOf(opened));
    return new Outcome.Applied(facts(String.valueOf(opened)));
  }

  private boolean open(String address) {
    return switch (browser.open(URI.create(address))) {
      case Answer.Ok<Boolean>(Boolean opened) -> opened;
      case Answer.No<Boolean> _ -> false;
    };
  }
}
