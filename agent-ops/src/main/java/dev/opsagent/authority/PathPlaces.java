package dev.opsagent.authority;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * The places in globs at which a path may stand after some of its names; the place behind a glob's
 * last name accepts. Places of lower rank come first.
 */
final class PathPlaces {
  /** No glob matches. */
  static final int NONE = -1;

  private final NameClasses names;
  private final int size;
  private final int[] rankOf;
  private final BitSet begins = new BitSet();
  private final BitSet deep = new BitSet();
  private final BitSet ends = new BitSet();
  private final BitSet stays = new BitSet();
  private final BitSet[] goesOn;

  /**
   * Lays globs out.
   *
   * @param globs those of lower rank first
   */
  PathPlaces(List<SegmentedGlob> globs, NameClasses names) {
    this.names = names;
    this.size = globs.stream().mapToInt(it -> it.names().size() + 1).sum();
    this.rankOf = new int[size];
    this.goesOn = new BitSet[names.count()];
    Arrays.setAll(goesOn, _ -> new BitSet(size));
    int place = 0;
    for (SegmentedGlob glob : globs) {
      begins.set(place);
      Arrays.fill(rankOf, place, place + glob.names().size() + 1, glob.rank());
      for (int pattern : glob.names()) {
        layOut(place++, pattern);
      }
      ends.set(place);
      stays.set(place, glob.open());
      place++;
    }
    passDeep(begins);
  }

  private void layOut(int place, int pattern) {
    if (pattern == SegmentedGlob.DEEP) {
      deep.set(place);
      stays.set(place);
      return;
    }
    for (int nameClass = 0; nameClass < goesOn.length; nameClass++) {
      goesOn[nameClass].set(place, names.matches(nameClass, pattern));
    }
  }

  NameClasses names() {
    return names;
  }

  /** Where a path begins. */
  BitSet begin() {
    return (BitSet) begins.clone();
  }

  /** Where it stands after one more name. */
  BitSet after(BitSet places, int nameClass) {
    BitSet moving = (BitSet) places.clone();
    moving.and(goesOn[nameClass]);
    BitSet next = (BitSet) places.clone();
    next.and(stays);
    for (int at = moving.nextSetBit(0); at >= 0; at = moving.nextSetBit(at + 1)) {
      next.set(at + 1);
    }
    passDeep(next);
    forgetBehindOpenMatch(next);
    forgetBehindMatch(next);
    return next;
  }

  /** The rank of the first glob that matches a path that ends here. */
  int deciding(BitSet places) {
    return places.stream().filter(ends::get).map(place -> rankOf[place]).findFirst().orElse(NONE);
  }

  /** The rank from which on no glob can decide any more, whatever follows. */
  int settledFrom(BitSet places) {
    return places.stream()
        .filter(place -> ends.get(place) && stays.get(place))
        .map(place -> rankOf[place] + 1)
        .findFirst()
        .orElse(Integer.MAX_VALUE);
  }

  /** Any number of folders is also none. */
  private void passDeep(BitSet set) {
    for (int place = set.nextSetBit(0); place >= 0; place = set.nextSetBit(place + 1)) {
      if (deep.get(place)) {
        set.set(place + 1);
      }
    }
  }

  /** Once a glob matches whatever follows, those behind it have no say. */
  private void forgetBehindOpenMatch(BitSet set) {
    for (int at = set.nextSetBit(0); at >= 0; at = set.nextSetBit(at + 1)) {
      if (ends.get(at) && stays.get(at)) {
        set.clear(firstOfRank(at), size);
        set.set(at);
        return;
      }
    }
  }

  private int firstOfRank(int place) {
    int first = place;
    while (first > 0 && rankOf[first - 1] == rankOf[place]) {
      first--;
    }
    return first;
  }

  /** Of the matches that end here, the first one is enough. */
  private void forgetBehindMatch(BitSet set) {
    boolean matched = false;
    for (int at = set.nextSetBit(0); at >= 0; at = set.nextSetBit(at + 1)) {
      if (ends.get(at) && !stays.get(at)) {
        set.set(at, !matched);
      }
      matched |= ends.get(at);
    }
  }
}
