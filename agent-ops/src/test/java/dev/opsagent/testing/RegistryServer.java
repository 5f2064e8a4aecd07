package dev.opsagent.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A real registry of container images, on a port of this machine. */
public final class RegistryServer implements AutoCloseable {
  private final Process process;
  private final int port;

  private RegistryServer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Starts one that keeps its images in the folder. */
  public static RegistryServer start(Path folder) throws IOException {
    Path program = Peers.require("docker-registry", "run .ci/install-packages");
    int port = FreePort.any();
    Path settings = folder.resolve("registry.yml");
    Files.writeString(
        settings,
        """
        version: 0.1
        storage: {filesystem: {rootdirectory: %s}}
        http: {addr: "127.0.0.1:%d"}
        """
            .formatted(folder.resolve("images"), port));
    Process process =
        new ProcessBuilder(program.toString(), "serve", settings.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("registry.log").toFile())
            .start();
    await().atMost(Duration.ofSeconds(20)).until(() -> listens(port));
    return new RegistryServer(process, port);
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** What the names of its images begin with. */
  public String host() {
    return "127.0.0.1:" + port;
  }

  @Override
  public void close() {
    process.destroy();
  }
}
