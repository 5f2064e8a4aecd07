package dev.opsagent.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.testing.BusView;
import dev.opsagent.testing.WorkerProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;

/** Looks for canaries wherever a worker tells something. */
record CanarySearch(TestStack stack, WorkerProcess worker, Canaries canaries) {
  /** Looks everywhere. */
  void findsNone() throws IOException, InterruptedException {
    assertThat(inTopics()).as("topics").isEmpty();
    assertThat(inPages()).as("pages").isEmpty();
    assertThat(canaries.in(worker.log().getBytes(UTF_8))).as("log").isEmpty();
    assertThat(canaries.in(worker.output().getBytes(UTF_8))).as("output").isEmpty();
    Map<Path, Set<String>> files = canaries.below(stack.data);
    // What a service writes into its own log is its own; what is told of it passes the redactor.
    files.keySet().removeIf(file -> file.endsWith("service.log"));
    assertThat(files).as("files").isEmpty();
  }

  /** All topics but the orders, which are the sender's. */
  private Map<String, Set<String>> inTopics() {
    BusView bus = new BusView(stack.client, stack.topics);
    Map<String, Set<String>> found = new TreeMap<>();
    List<String> topics =
        List.of(
            stack.topics.status(),
            stack.topics.audit(),
            stack.topics.ledger(),
            stack.topics.escalations(),
            stack.topics.deployments(),
            stack.topics.learnings(),
            stack.topics.cards(),
            stack.topics.deadLetters(),
            stack.topics.control());
    int read = 0;
    for (String topic : topics) {
      for (var record : bus.records(topic)) {
        read++;
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(Optional.ofNullable(record.key()).orElse(new byte[0]));
        all.writeBytes(Optional.ofNullable(record.value()).orElse(new byte[0]));
        for (Header header : record.headers()) {
          all.writeBytes(header.value());
        }
        Set<String> inRecord = canaries.in(all.toByteArray());
        if (!inRecord.isEmpty()) {
          found.computeIfAbsent(topic, _ -> new TreeSet<>()).addAll(inRecord);
        }
      }
    }
    assertThat(read).as("records read").isGreaterThan(30);
    return found;
  }

  private Set<String> inPages() throws IOException, InterruptedException {
    Matcher http = Pattern.compile("http=([0-9.]+:\\d+)").matcher(worker.output());
    assertThat(http.find()).as(worker.output()).isTrue();
    List<String> pages = new ArrayList<>();
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (String page : List.of("/metrics", "/readyz", "/livez")) {
        URI uri = URI.create("http://" + http.group(1) + page);
        pages.add(client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body());
      }
    }
    assertThat(pages.getFirst()).contains("ops_agent_tasks");
    return canaries.in(String.join("\n", pages).getBytes(UTF_8));
  }
}
