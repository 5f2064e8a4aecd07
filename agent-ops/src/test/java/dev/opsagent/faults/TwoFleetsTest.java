package dev.opsagent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.TaskDispatch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fleets on one broker, told apart by a suffix or by a prefix of their topics. */
final class TwoFleetsTest {
  @Test
  void fleets_on_one_broker_never_see_each_others_tasks(@TempDir Path folder) throws Exception {
    Fleet.Layout plain = Fleet.Layout.shared();
    try (Fleet one = fleet(folder.resolve("one"), plain);
        Fleet two = fleet(folder.resolve("two"), plain.suffix("production"));
        Fleet three = fleet(folder.resolve("three"), Fleet.Layout.shared())) {
      List<Fleet> fleets = List.of(one, two, three);
      fleets.stream().map(Fleet::startWorker).toList().forEach(it -> it.awaitReady());

      // The same ids and targets in all of them, and some that only one has.
      List<TaskDispatch> common = Orders.many("common", 20, 5);
      for (Fleet fleet : fleets) {
        fleet.send(Stream.concat(common.stream(), own(fleets, fleet).stream()).toList());
      }

      for (Fleet fleet : fleets) {
        fleet.awaitEnds(Orders.ids(common), Fleet.PATIENCE);
        fleet.awaitEnds(Orders.ids(own(fleets, fleet)), Fleet.PATIENCE);
        assertThat(Books.agree(fleet).tasks()).isEqualTo(30);
      }
    }
  }

  @Test
  void a_fleet_does_not_start_in_the_group_of_another(@TempDir Path folder) throws Exception {
    Fleet.Layout plain = Fleet.Layout.shared();
    try (Fleet one = fleet(folder.resolve("one"), plain);
        Fleet two =
            fleet(folder.resolve("two"), plain.suffix("production").group(one.layout.group()))) {
      one.startWorker().awaitReady();

      assertThat(two.startWorker().refusal())
          .contains("give every fleet a group of its own")
          .contains(one.topics.ledger());
    }
  }

  private static List<TaskDispatch> own(List<Fleet> fleets, Fleet fleet) {
    return Orders.many("own-" + fleets.indexOf(fleet), 10, 3);
  }

  private static Fleet fleet(Path folder, Fleet.Layout layout) throws Exception {
    return Fleet.create(Files.createDirectories(folder), layout);
  }
}
