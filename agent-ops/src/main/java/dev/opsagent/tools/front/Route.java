package dev.opsagent.tools.front;

import dev.opsagent.outside.ServiceRuntime.Release;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who answers for a target.
 *
 * @param target the kind of the runtime and its target, as {@code docker:local/web}
 * @param isOpen whether it is listened to; a stopped target's is not
 * @param live the release that answers
 * @param other the release before, which can be gone back to; in the slot of the live one where
 *     that has taken its place
 * @param older the one before that: it takes the place of {@code other} when the live release is
 *     taken back, and its slot is the next to be used otherwise
 * @param withdrawn digest of the release that was taken back for the live one
 * @param canary the release that some of the callers reach instead of the live one
 * @param most how many replicas any of its slots has ever had; absent: one. What a crash left
 *     behind is found by it
 */
record Route(
    String target,
    boolean isOpen,
    Slot live,
    Optional<Slot> other,
    Optional<Slot> older,
    Optional<String> withdrawn,
    Optional<Canary> canary,
    Optional<Integer> most) {
  Route {
    int had =
        Stream.of(Optional.of(live), other, older, canary.map(Canary::slot))
            .flatMap(Optional::stream)
            .mapToInt(Slot::replicas)
            .max()
            .orElse(1);
    most = Optional.of(Math.max(had, most.orElse(1))).filter(it -> it > 1);
  }

  /** One that all callers reach the live release by. */
  Route(
      String target,
      boolean isOpen,
      Slot live,
      Optional<Slot> other,
      Optional<Slot> older,
      Optional<String> withdrawn) {
    this(target, isOpen, live, other, older, withdrawn, Optional.empty(), Optional.empty());
  }

  /**
   * A release on its way to be the live one.
   *
   * @param slot the one that is neither live nor kept to be gone back to
   * @param percent so many of a hundred callers reach it
   */
  record Canary(Slot slot, int percent) {
    boolean isOf(String digest) {
      return slot.digest().equals(digest);
    }
  }

  /**
   * One of the places of a target, for the replicas of one release.
   *
   * @param name one of {@link #NAMES}
   * @param port where the first replica listens, on the loopback address
   * @param entry where callers come in while it is live, on the loopback address
   * @param isWarm whether it runs and may answer for the live one: it served a moment ago
   * @param others where the other replicas listen; absent: there are none
   * @param serving how many of them are asked, the first ones; absent: all. The others are on their
   *     way in or out
   */
  record Slot(
      String name,
      int port,
      int entry,
      String version,
      String digest,
      String taskId,
      boolean isWarm,
      Optional<List<Integer>> others,
      Optional<Integer> serving) {
    /** One for the live release, one for the one before, and one for what is tried. */
    static final List<String> NAMES = List.of("blue", "green", "amber");

    /** With one replica. */
    Slot(
        String name,
        int port,
        int entry,
        String version,
        String digest,
        String taskId,
        boolean isWarm) {
      this(name, port, entry, version, digest, taskId, isWarm, Optional.empty(), Optional.empty());
    }

    Slot warm(boolean warm) {
      return new Slot(name, port, entry, version, digest, taskId, warm, others, serving);
    }

    Slot by(String task) {
      return new Slot(name, port, entry, version, digest, task, isWarm, others, serving);
    }

    /** How many replicas it is to have. */
    int replicas() {
      return 1 + others.map(List::size).orElse(0);
    }

    /** Where the replicas listen, in their order. */
    List<Integer> ports() {
      List<Integer> ports = new ArrayList<>(List.of(port));
      others.ifPresent(ports::addAll);
      return ports;
    }

    /** Where those listen that are asked. */
    List<Integer> asked() {
      return ports().subList(0, serving.orElse(replicas()));
    }

    /** The same, only the first replicas of which are asked. */
    Slot asking(int first) {
      return sized(ports(), first);
    }

    /** The same with a replica more, which is not asked yet. */
    Slot more(int at) {
      List<Integer> ports = ports();
      ports.add(at);
      return sized(ports, asked().size());
    }

    /** The same without the last replica, which was not asked any more. */
    Slot fewer() {
      return sized(ports().subList(0, replicas() - 1), asked().size());
    }

    private Slot sized(List<Integer> ports, int first) {
      return new Slot(
          name,
          port,
          entry,
          version,
          digest,
          taskId,
          isWarm,
          Optional.of(List.copyOf(ports.subList(1, ports.size()))).filter(it -> !it.isEmpty()),
          Optional.of(first).filter(it -> it < ports.size()));
    }

    /** Where the first replica answers. */
    String address() {
      return "http://127.0.0.1:" + port;
    }
  }

  /** The slot that the next release is tried in. */
  static String free(Optional<Route> route) {
    List<String> used =
        route.stream()
            .flatMap(it -> Stream.concat(Stream.of(it.live), it.other.stream()))
            .map(Slot::name)
            .toList();
    return Slot.NAMES.stream().filter(name -> !used.contains(name)).findFirst().orElseThrow();
  }

  /** The slots that callers do not reach. */
  List<String> idle() {
    return Slot.NAMES.stream().filter(name -> !name.equals(live.name())).toList();
  }

  /** Where callers come in, on the loopback address. */
  int port() {
    return live.entry();
  }

  /** The same as an address. */
  String address() {
    return "http://127.0.0.1:" + port();
  }

  /** Ports that its releases have, whether they run or not. */
  Set<Integer> ports() {
    return Stream.of(Optional.of(live), other, older, canary.map(Canary::slot))
        .flatMap(Optional::stream)
        .flatMap(slot -> Stream.concat(slot.ports().stream(), Stream.of(slot.entry())))
        .collect(Collectors.toSet());
  }

  /**
   * Whether the request is one of those that reach the canary, which are spread evenly.
   *
   * @param number of the request, counted from 0
   */
  boolean isForCanary(long number) {
    long percent = canary.map(Canary::percent).orElse(0);
    return (number + 1) * percent / 100 > number * percent / 100;
  }

  /** The release that may answer where the live one fails. */
  Optional<Slot> fallback() {
    return other.filter(Slot::isWarm);
  }

  Route open(boolean open) {
    return new Route(target, open, live, other, older, withdrawn, canary, most);
  }

  /** The same with this canary, or without any. */
  Route with(Optional<Canary> next) {
    return new Route(target, isOpen, live, other, older, withdrawn, next, most);
  }

  /** The same, and nothing answers for the live one. */
  Route cooled() {
    Optional<Slot> cold = other.map(it -> it.warm(false));
    return new Route(target, isOpen, live, cold, older, withdrawn, Optional.empty(), most);
  }

  /** The same release with other replicas, or run by another task. */
  Route live(Slot again) {
    return new Route(target, isOpen, again, other, older, withdrawn, canary, most);
  }

  /** The same without what has the slot that is about to be used. */
  Route vacated() {
    return new Route(
        target, isOpen, live, other, Optional.empty(), withdrawn, Optional.empty(), most);
  }

  boolean isLive(Release release) {
    return live.digest().equals(release.digest()) && live.taskId().equals(release.taskId());
  }

  /** Whether the live release has the place of the one before, instead of one beside it. */
  boolean isInPlace() {
    return other.filter(it -> it.name().equals(live.name())).isPresent();
  }

  /** The release takes the place of the live one, which is kept there to be gone back to. */
  Route replacedBy(Release release) {
    Slot next =
        new Slot(
            live.name(),
            live.port(),
            live.entry(),
            release.version(),
            release.digest(),
            release.taskId(),
            true,
            live.others(),
            live.others().map(_ -> 1));
    return new Route(
        target,
        isOpen,
        next,
        Optional.of(live.warm(false)),
        other,
        Optional.empty(),
        Optional.empty(),
        most);
  }

  /** The same without a release to go back to in the place of the live one, unless it is this. */
  Route keeping(Optional<String> version) {
    boolean isGone = isInPlace() && !other.map(Slot::version).equals(version);
    return isGone
        ? new Route(target, isOpen, live, Optional.empty(), older, withdrawn, canary, most)
        : this;
  }

  /** The release before is live again. */
  Route back(Slot before) {
    return new Route(
        target,
        true,
        before.warm(true),
        older.map(it -> it.warm(false)),
        Optional.empty(),
        Optional.of(live.digest()),
        Optional.empty(),
        most);
  }
}
