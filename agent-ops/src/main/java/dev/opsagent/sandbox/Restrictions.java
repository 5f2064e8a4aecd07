package dev.opsagent.sandbox;

import static dev.opsagent.sandbox.CallFilter.ALLOW;
import static dev.opsagent.sandbox.CallFilter.DENY;
import static dev.opsagent.sandbox.CallFilter.IGNORE;
import static dev.opsagent.sandbox.CallFilter.UNKNOWN;

import dev.opsagent.outside.Grants;
import dev.opsagent.outside.Grants.Network;
import dev.opsagent.sandbox.CallFilter.Argument;
import dev.opsagent.sandbox.Kernel.Architecture;
import java.util.List;

/** The system calls that programs behind a wall cannot make. */
final class Restrictions {
  private static final int LOCAL = 1;
  private static final int IPV4 = 2;
  private static final int IPV6 = 10;
  private static final int NETLINK = 16;
  private static final int STREAM = 1;
  private static final int DATAGRAM = 2;
  private static final int TYPE = 0xf;
  private static final int DEFAULT_PROTOCOL = 0;
  private static final int TCP = 6;
  private static final int FAST_OPEN = 0x20000000;
  private static final int NEW_NAMESPACES = 0x7e020000;
  private static final int QUERY_PERSONALITY = -1;

  /** Type into the terminal, steer it, and set a file's flags. */
  private static final List<Integer> CONTROLS =
      List.of(0x5412, 0x541c, 0x5423, 0x40086602, 0x401c5820);

  private static final SystemCall[] NEVER = {
    SystemCall.PTRACE,
    SystemCall.PROCESS_VM_READV,
    SystemCall.PROCESS_VM_WRITEV,
    SystemCall.PROCESS_MADVISE,
    SystemCall.PIDFD_GETFD,
    SystemCall.KCMP,
    SystemCall.SYSLOG,
    SystemCall.ADJTIMEX,
    SystemCall.CLOCK_ADJTIME,
    SystemCall.CLOCK_SETTIME,
    SystemCall.SETTIMEOFDAY,
    SystemCall.ACCT,
    SystemCall.SWAPON,
    SystemCall.SWAPOFF,
    SystemCall.REBOOT,
    SystemCall.IOPL,
    SystemCall.IOPERM,
    SystemCall.INIT_MODULE,
    SystemCall.FINIT_MODULE,
    SystemCall.DELETE_MODULE,
    SystemCall.KEXEC_LOAD,
    SystemCall.KEXEC_FILE_LOAD,
    SystemCall.QUOTACTL,
    SystemCall.ADD_KEY,
    SystemCall.REQUEST_KEY,
    SystemCall.KEYCTL,
    SystemCall.PERF_EVENT_OPEN,
    SystemCall.OPEN_BY_HANDLE_AT,
    SystemCall.BPF,
    SystemCall.USERFAULTFD,
    SystemCall.IO_URING_SETUP,
    SystemCall.IO_URING_ENTER,
    SystemCall.IO_URING_REGISTER,
  };

  private static final SystemCall[] MOUNTS = {
    SystemCall.MOUNT,
    SystemCall.UMOUNT2,
    SystemCall.PIVOT_ROOT,
    SystemCall.CHROOT,
    SystemCall.OPEN_TREE,
    SystemCall.OPEN_TREE_ATTR,
    SystemCall.MOVE_MOUNT,
    SystemCall.FSOPEN,
    SystemCall.FSCONFIG,
    SystemCall.FSMOUNT,
    SystemCall.FSPICK,
    SystemCall.MOUNT_SETATTR,
    SystemCall.UNSHARE,
    SystemCall.SETNS,
  };

  /** Landlock does not see them, and programs get on when they seem to work. */
  private static final SystemCall[] MODES_AND_TIMES = {
    SystemCall.CHMOD,
    SystemCall.FCHMOD,
    SystemCall.FCHMODAT,
    SystemCall.FCHMODAT2,
    SystemCall.UTIME,
    SystemCall.UTIMES,
    SystemCall.UTIMENSAT,
    SystemCall.FUTIMESAT,
  };

  private static final SystemCall[] OWNERS_AND_ATTRIBUTES = {
    SystemCall.CHOWN,
    SystemCall.FCHOWN,
    SystemCall.LCHOWN,
    SystemCall.FCHOWNAT,
    SystemCall.SETXATTR,
    SystemCall.LSETXATTR,
    SystemCall.FSETXATTR,
    SystemCall.SETXATTRAT,
    SystemCall.REMOVEXATTR,
    SystemCall.LREMOVEXATTR,
    SystemCall.FREMOVEXATTR,
    SystemCall.REMOVEXATTRAT,
    SystemCall.FILE_SETATTR,
  };

  private Restrictions() {}

  /** For bubblewrap, which must still make the namespaces, and for what it then starts. */
  static CallFilter insideNamespaces(Architecture architecture, Grants grants) {
    CallFilter filter = common(architecture);
    boolean own = grants.network() instanceof Network.None;
    boolean open = grants.network() instanceof Network.Open;
    return sockets(filter, true, own || open, own || open || !grants.sockets().isEmpty());
  }

  /** For a program that shares every namespace with the machine. */
  static CallFilter withoutNamespaces(Architecture architecture, Grants grants) {
    CallFilter filter = common(architecture);
    filter.rule(DENY, MOUNTS).rule(UNKNOWN, SystemCall.CLONE3);
    filter.rule(DENY, SystemCall.CLONE, List.of(Argument.has(0, NEW_NAMESPACES)));
    filter.rule(IGNORE, MODES_AND_TIMES).rule(DENY, OWNERS_AND_ATTRIBUTES);
    // Of the same user, other programs could be slowed down or starved.
    filter.rule(DENY, SystemCall.PRLIMIT64, List.of(Argument.isNot(0, 0)));
    filter.rule(DENY, SystemCall.SETPRIORITY, List.of(Argument.isNot(1, 0)));
    filter.rule(DENY, SystemCall.IOPRIO_SET, List.of(Argument.isNot(1, 0)));
    for (SystemCall call :
        List.of(
            SystemCall.SCHED_SETAFFINITY,
            SystemCall.SCHED_SETSCHEDULER,
            SystemCall.SCHED_SETPARAM,
            SystemCall.SCHED_SETATTR)) {
      filter.rule(DENY, call, List.of(Argument.isNot(0, 0)));
    }
    boolean tcp = !(grants.network() instanceof Network.None);
    boolean open = grants.network() instanceof Network.Open;
    return sockets(filter, tcp, open, !grants.sockets().isEmpty());
  }

  private static CallFilter common(Architecture architecture) {
    CallFilter filter = new CallFilter(architecture).rule(DENY, NEVER);
    CONTROLS.forEach(it -> filter.rule(DENY, SystemCall.IOCTL, List.of(Argument.is(1, it))));
    filter.rule(ALLOW, SystemCall.PERSONALITY, List.of(Argument.is(0, 0)));
    filter.rule(ALLOW, SystemCall.PERSONALITY, List.of(Argument.is(0, QUERY_PERSONALITY)));
    return filter.rule(DENY, SystemCall.PERSONALITY);
  }

  /** Of TCP only the plain protocol: Landlock sees no other stream (MPTCP, SCTP, SMC). */
  private static CallFilter sockets(CallFilter filter, boolean tcp, boolean udp, boolean local) {
    for (int family : List.of(IPV4, IPV6)) {
      for (int protocol : tcp ? List.of(DEFAULT_PROTOCOL, TCP) : List.<Integer>of()) {
        filter.rule(ALLOW, SystemCall.SOCKET, socket(family, STREAM, protocol));
      }
      if (udp) {
        filter.rule(
            ALLOW,
            SystemCall.SOCKET,
            List.of(Argument.is(0, family), Argument.masked(1, TYPE, DATAGRAM)));
      }
    }
    if (local) {
      filter.rule(ALLOW, SystemCall.SOCKET, List.of(Argument.is(0, LOCAL)));
    }
    // Which addresses and routes there are; to change them takes a capability that is gone.
    filter.rule(ALLOW, SystemCall.SOCKET, List.of(Argument.is(0, NETLINK), Argument.is(2, 0)));
    filter.rule(DENY, SystemCall.SOCKET);
    filter.rule(DENY, SystemCall.SOCKETPAIR, List.of(Argument.isNot(0, LOCAL)));
    // A connection that begins with data is no connect to Landlock.
    filter.rule(DENY, SystemCall.SENDTO, List.of(Argument.has(3, FAST_OPEN)));
    filter.rule(DENY, SystemCall.SENDMSG, List.of(Argument.has(2, FAST_OPEN)));
    return filter.rule(DENY, SystemCall.SENDMMSG, List.of(Argument.has(3, FAST_OPEN)));
  }

  private static List<Argument> socket(int family, int type, int protocol) {
    return List.of(
        Argument.is(0, family), Argument.masked(1, TYPE, type), Argument.is(2, protocol));
  }
}
