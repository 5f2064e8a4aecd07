package dev.opsagent.cli;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Calls commands as a program would: no terminal, no configuration, what it prints kept. */
final class TestingCall {
  private final Map<String, String> environment = new HashMap<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path directory = Path.of("target");
  private InputStream in = InputStream.nullInputStream();
  private Bus.Opener opener = new TestingBus()::open;

  TestingCall with(Bus.Opener bus) {
    opener = bus;
    return this;
  }

  TestingCall in(Path folder) {
    directory = folder;
    return this;
  }

  TestingCall variable(String name, String value) {
    environment.put(name, value);
    return this;
  }

  TestingCall stdin(String text) {
    in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  int execute(String... arguments) {
    Surroundings around =
        new Surroundings(
            Map.copyOf(environment),
            directory.toAbsolutePath(),
            directory.toAbsolutePath().resolve("home"),
            in,
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            false,
            InstantSource.system());
    Commands commands = Commands.of(around, opener, (_, _) -> ExitCode.SUCCEEDED);
    return OpsAgentCli.commandLine(around, commands).execute(arguments);
  }

  List<String> commandNames() {
    return OpsAgentCli.commandLine(Surroundings.ofProcess()).getSubcommands().keySet().stream()
        .toList();
  }

  String out() {
    return out.toString();
  }

  String err() {
    return err.toString();
  }
}
