package dev.opsagent.sandbox;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.opsagent.sandbox.Kernel.Architecture;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * A seccomp filter, put together from rules. The first rule that fits decides; a call that none
 * fits is let through. Calls of another architecture than this one end the process.
 */
final class CallFilter {
  /** Lets the call through, whatever later rules say. */
  static final int ALLOW = 0x7fff0000;

  private static final int ERROR = 0x00050000;
  private static final int KILL = 0x80000000;
  private static final int EPERM = 1;
  private static final int ENOSYS = 38;
  private static final int X32 = 0x40000000;

  private static final int LOAD = 0x20;
  private static final int IF_EQUAL = 0x15;
  private static final int IF_AT_LEAST = 0x35;
  private static final int IF_ANY_BIT = 0x45;
  private static final int AND = 0x54;
  private static final int RETURN = 0x06;

  private static final int NUMBER = 0;
  private static final int ARCHITECTURE = 4;
  private static final int ARGUMENTS = 16;

  /** Says "not permitted". */
  static final int DENY = ERROR | EPERM;

  /** Says "no such call", upon which libraries take the older one. */
  static final int UNKNOWN = ERROR | ENOSYS;

  /** Does nothing and says that it was done. */
  static final int IGNORE = ERROR;

  private final Architecture architecture;
  private final List<Instruction> program = new ArrayList<>();

  private record Instruction(int code, int whenTrue, int whenFalse, int value) {}

  /**
   * What an argument must be for a rule to fit; the kernel looks at 32 bits of each of these.
   *
   * @param index which argument, from 0
   * @param mask the bits that are looked at
   * @param anyBit whether any of the bits will do, instead of their being equal to the value
   * @param negated whether the test must fail
   */
  record Argument(int index, int mask, int value, boolean anyBit, boolean negated) {
    static Argument is(int index, int value) {
      return new Argument(index, -1, value, false, false);
    }

    static Argument isNot(int index, int value) {
      return new Argument(index, -1, value, false, true);
    }

    static Argument masked(int index, int mask, int value) {
      return new Argument(index, mask, value, false, false);
    }

    static Argument has(int index, int bits) {
      return new Argument(index, bits, 0, true, false);
    }
  }

  CallFilter(Architecture architecture) {
    this.architecture = architecture;
    add(LOAD, 0, 0, ARCHITECTURE);
    add(IF_EQUAL, 1, 0, architecture.audit());
    add(RETURN, 0, 0, KILL);
    if (architecture == Architecture.X86_64) {
      add(LOAD, 0, 0, NUMBER);
      add(IF_AT_LEAST, 0, 1, X32);
      add(RETURN, 0, 0, DENY);
    }
  }

  /** Adds a rule for each of the calls. */
  CallFilter rule(int verdict, SystemCall... calls) {
    for (SystemCall call : calls) {
      rule(verdict, call, List.of());
    }
    return this;
  }

  /** Adds a rule that fits when every argument does. */
  CallFilter rule(int verdict, SystemCall call, List<Argument> arguments) {
    int number = call.number(architecture);
    if (number < 0) {
      return this;
    }
    List<List<Instruction>> tests = arguments.stream().map(CallFilter::test).toList();
    int left = tests.stream().mapToInt(List::size).sum() + 1;
    add(LOAD, 0, 0, NUMBER);
    add(IF_EQUAL, 0, left, number);
    for (int i = 0; i < tests.size(); i++) {
      left -= tests.get(i).size();
      boolean negated = arguments.get(i).negated();
      for (Instruction one : tests.get(i)) {
        boolean jump = one.code() == IF_EQUAL || one.code() == IF_ANY_BIT;
        add(one.code(), jump && negated ? left : 0, jump && !negated ? left : 0, one.value());
      }
    }
    add(RETURN, 0, 0, verdict);
    return this;
  }

  private static List<Instruction> test(Argument argument) {
    List<Instruction> test = new ArrayList<>();
    // The lower half comes first: both architectures are little-endian.
    test.add(new Instruction(LOAD, 0, 0, ARGUMENTS + 8 * argument.index()));
    if (argument.anyBit()) {
      test.add(new Instruction(IF_ANY_BIT, 0, 0, argument.mask()));
      return test;
    }
    if (argument.mask() != -1) {
      test.add(new Instruction(AND, 0, 0, argument.mask()));
    }
    test.add(new Instruction(IF_EQUAL, 0, 0, argument.value()));
    return test;
  }

  private void add(int code, int whenTrue, int whenFalse, int value) {
    program.add(new Instruction(code, whenTrue, whenFalse, value));
  }

  /** The filter as the kernel wants it: a count and an address. */
  MemorySegment assemble(Arena arena) {
    int length = program.size() + 1;
    MemorySegment code = arena.allocate(8L * length, 8);
    for (int i = 0; i < program.size(); i++) {
      write(code, i, program.get(i));
    }
    write(code, program.size(), new Instruction(RETURN, 0, 0, ALLOW));
    MemorySegment filter = arena.allocate(16, 8);
    filter.set(JAVA_SHORT, 0, (short) length);
    filter.set(ValueLayout.ADDRESS, 8, code);
    return filter;
  }

  private static void write(MemorySegment code, int index, Instruction instruction) {
    long at = 8L * index;
    code.set(JAVA_SHORT, at, (short) instruction.code());
    code.set(JAVA_BYTE, at + 2, (byte) instruction.whenTrue());
    code.set(JAVA_BYTE, at + 3, (byte) instruction.whenFalse());
    code.set(JAVA_INT, at + 4, instruction.value());
  }
}
