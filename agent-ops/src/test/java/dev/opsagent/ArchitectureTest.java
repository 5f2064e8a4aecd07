package dev.opsagent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;

/** The rooms, and what each may see. */
@AnalyzeClasses(packages = "dev.opsagent", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "dev.opsagent";

  @ArchTest static final ArchRule authority_sees_the_protocol = sees("authority");
  @ArchTest static final ArchRule plans_are_made_of_authority = sees("plan", "authority");

  @ArchTest static final ArchRule execution_sees_plans = sees("execution", "authority", "plan");

  @ArchTest
  static final ArchRule audit_sees_execution = sees("audit", "authority", "plan", "execution");

  @ArchTest
  static final ArchRule the_world_is_ports_only = sees("outside", "authority", "plan", "execution");

  @ArchTest
  static final ArchRule evidence_sees_ports =
      sees("evidence", "authority", "plan", "execution", "outside");

  @ArchTest
  static final ArchRule operations_see_ports_and_never_tools =
      sees("operations", "authority", "plan", "execution", "audit", "outside", "redaction");

  @ArchTest
  static final ArchRule intake_sees_no_tool =
      sees("intake", "authority", "plan", "execution", "audit", "outside", "operations");

  @ArchTest static final ArchRule the_redactor_sees_nobody = sees("redaction");

  @ArchTest static final ArchRule tools_see_ports = adapter("tools");
  @ArchTest static final ArchRule the_sandbox_sees_ports = adapter("sandbox");

  @ArchTest
  static final ArchRule kafka_sees_ports_and_intake =
      sees(
          "kafka",
          "authority",
          "plan",
          "execution",
          "evidence",
          "audit",
          "outside",
          "intake",
          "redaction");

  @ArchTest static final ArchRule the_console_sees_ports = adapter("console");
  @ArchTest static final ArchRule the_broker_sees_nobody = sees("broker");

  @ArchTest
  static final ArchRule measurements_see_no_adapter_but_kafka =
      noClasses()
          .that()
          .resideInAPackage(ROOT + ".bench..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(packages("tools", "sandbox", "cli"));

  @ArchTest
  static final ArchRule only_the_command_line_sees_measurements =
      noClasses()
          .that()
          .resideOutsideOfPackages(packages("bench", "cli"))
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT + ".bench..");

  @ArchTest
  static final ArchRule the_simulation_sees_no_adapter =
      sees("simulation", "authority", "plan", "execution", "audit", "operations");

  @ArchTest
  static final ArchRule tools_never_see_each_other =
      slices().matching(ROOT + ".tools.(*)..").should().notDependOnEachOther();

  @ArchTest
  static final ArchRule operations_never_see_each_other =
      slices()
          .matching(ROOT + ".operations.(*)..")
          .should()
          .notDependOnEachOther()
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule kafka_clients_stay_in_their_rooms =
      only(
          "org.apache.kafka..",
          ROOT + ".kafka..",
          ROOT + ".broker..",
          ROOT + ".protocol..",
          ROOT + ".bench..",
          ROOT,
          ROOT + ".cli..");

  @ArchTest
  static final ArchRule git_stays_in_its_room =
      only("org.eclipse.jgit..", ROOT + ".tools.git..", ROOT + ".cli.demo..");

  @ArchTest
  static final ArchRule docker_stays_in_its_room =
      only("com.github.dockerjava..", ROOT + ".tools.docker..");

  @ArchTest
  static final ArchRule kubernetes_stays_in_its_room =
      only("io.fabric8..", ROOT + ".tools.kubernetes..");

  @ArchTest
  static final ArchRule metrics_stay_in_the_console = only("io.micrometer..", ROOT + ".console..");

  @ArchTest
  static final ArchRule the_core_asks_the_machine_for_nothing =
      noClasses()
          .that()
          .resideInAnyPackage(
              packages(
                  "authority",
                  "plan",
                  "execution",
                  "audit",
                  "outside",
                  "operations",
                  "intake",
                  "simulation"))
          .should()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "getenv", String.class)
          .orShould()
          .callMethod(Thread.class, "sleep", long.class);

  @ArchTest
  static final ArchRule names_say_what_a_thing_is =
      noClasses()
          .should()
          .haveNameMatching(".*(Impl|Manager|Helper|Util|Utils|Base)")
          .orShould()
          .haveNameMatching(".*\\.Abstract[A-Z].*");

  /**
   * JVMs of our own, what doctor asks for its version, and a drill's engine run no foreign code.
   */
  @ArchTest
  static final ArchRule programs_start_behind_the_wall =
      noClasses()
          .that()
          .resideOutsideOfPackages(ROOT + ".sandbox..", ROOT + ".bench..")
          .and()
          .doNotHaveFullyQualifiedName(ROOT + ".cli.InstalledPrograms")
          .should()
          .callConstructor(ProcessBuilder.class, String[].class)
          .orShould()
          .callConstructor(ProcessBuilder.class, List.class)
          .orShould()
          .callMethodWhere(named(Runtime.class, "exec"));

  @ArchTest
  static final ArchRule files_are_written_where_they_are_kept =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              packages(
                  "sandbox",
                  "outside",
                  "tools.compose",
                  "tools.front",
                  "tools.git",
                  "tools.index",
                  "tools.npm",
                  "tools.process",
                  "operations.push",
                  "operations.image",
                  "broker",
                  "bench",
                  "cli"))
          .should()
          .callMethodWhere(
              named(
                  java.nio.file.Files.class,
                  "write|writeString|newOutputStream|newBufferedWriter|newByteChannel|copy|move"
                      + "|delete|deleteIfExists|createFile|createLink|createSymbolicLink"
                      + "|createTempFile|set[A-Z].*"))
          .orShould()
          .callMethodWhere(named(java.nio.channels.FileChannel.class, "open"))
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(java.io.FileOutputStream.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(java.io.FileWriter.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(java.io.RandomAccessFile.class);

  private static DescribedPredicate<JavaMethodCall> named(Class<?> owner, String names) {
    return DescribedPredicate.describe(
        owner.getSimpleName() + "." + names,
        call -> call.getTargetOwner().isEquivalentTo(owner) && call.getName().matches(names));
  }

  private static ArchRule adapter(String room) {
    return sees(
        room, "authority", "plan", "execution", "audit", "outside", "configuration", "redaction");
  }

  /** The room may see itself, the protocol, and the rooms named; of ours, nothing else. */
  private static ArchRule sees(String room, String... others) {
    List<String> allowed = new java.util.ArrayList<>(List.of(packages(others)));
    allowed.add(ROOT + "." + room + "..");
    allowed.add(ROOT + ".protocol..");
    return classes()
        .that()
        .resideInAPackage(ROOT + "." + room + "..")
        .should()
        .onlyDependOnClassesThat(
            com.tngtech.archunit.base.DescribedPredicate.describe(
                "are of " + allowed + " or of a library",
                type ->
                    !type.getPackageName().startsWith(ROOT)
                        || allowed.stream()
                            .anyMatch(one ->
                                com.tngtech.archunit.core.domain.PackageMatcher.of(one)
                                    .matches(type.getPackageName()))))
        .allowEmptyShould(true);
  }

  private static ArchRule only(String library, String... rooms) {
    return noClasses()
        .that()
        .resideOutsideOfPackages(rooms)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library);
  }

  private static String[] packages(String... rooms) {
    return java.util.Arrays.stream(rooms)
        .map(room -> ROOT + "." + room + "..")
        .toArray(String[]::new);
  }
}
