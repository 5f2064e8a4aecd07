package dev.opsagent.cli;

import dev.opsagent.protocol.SigningKey;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "show",
    description = "Prints the public half of a private key, as a trust file lists it.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Reads a JWK, or PEM as openssl genpkey -algorithm ed25519 writes it.",
      "",
      "Examples:",
      "  ops-agent keys show pm.jwk"
    })
final class KeysShowCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private OutputOptions output;

  @Parameters(paramLabel = "FILE", description = "The private key.")
  private Path file;

  KeysShowCommand(Surroundings around) {
    this.around = around;
  }

  /** A key as a trust file lists it. */
  record Entry(String id, String publicKey) {}

  static Entry entry(SigningKey key) {
    return new Entry(key.id(), key.publicKey());
  }

  static List<String> lines(SigningKey key) {
    return List.of("- {id: \"%s\", publicKey: \"%s\"}".formatted(key.id(), key.publicKey()));
  }

  @Override
  public Integer call() {
    SigningKey key = KeyFiles.read(around.directory().resolve(file));
    new Printer(around, output.format()).result(entry(key), () -> lines(key));
    return ExitCode.SUCCEEDED.code();
  }
}
