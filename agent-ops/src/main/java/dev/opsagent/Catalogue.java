package dev.opsagent;

import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.execution.Operation;
import dev.opsagent.operations.CarriedOperation;
import dev.opsagent.operations.Pace;
import dev.opsagent.operations.configure.ConfigureOperation;
import dev.opsagent.operations.deploy.Adapters;
import dev.opsagent.operations.deploy.DriftOperation;
import dev.opsagent.operations.deploy.ServiceOperation;
import dev.opsagent.operations.deploy.StackOperation;
import dev.opsagent.operations.image.BuildOperation;
import dev.opsagent.operations.push.PushOperation;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ContainerEngines;
import dev.opsagent.outside.Deployments;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environments;
import dev.opsagent.outside.HealthProbe;
import dev.opsagent.outside.PackageRegistry;
import dev.opsagent.outside.Programs;
import dev.opsagent.outside.Repository;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.Workspaces;
import dev.opsagent.redaction.Redactor;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.tools.compose.ComposeRuntime;
import dev.opsagent.tools.desktop.DesktopBrowser;
import dev.opsagent.tools.docker.DockerBuilder;
import dev.opsagent.tools.docker.DockerImages;
import dev.opsagent.tools.docker.DockerMeter;
import dev.opsagent.tools.docker.DockerRegistry;
import dev.opsagent.tools.docker.DockerRuntime;
import dev.opsagent.tools.front.FrontedRuntime;
import dev.opsagent.tools.git.GitRepository;
import dev.opsagent.tools.git.Login;
import dev.opsagent.tools.http.BoundedGet;
import dev.opsagent.tools.http.HttpHealthProbe;
import dev.opsagent.tools.http.PrometheusQueries;
import dev.opsagent.tools.kubernetes.KubernetesRuntime;
import dev.opsagent.tools.npm.NpmRegistry;
import dev.opsagent.tools.npm.NpmRegistrySettings;
import dev.opsagent.tools.npm.NpmScripts;
import dev.opsagent.tools.process.NpmInstaller;
import dev.opsagent.tools.process.ProcessRuntime;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The operations of this worker, each with the adapters that it works through.
 *
 * @param data the worker's data folder
 * @param environment of this process; adapters pass on the little of it that they need
 * @param secrets what adapters log in with, and what hides it wherever it is said
 * @param served the environments in force now
 */
record Catalogue(
    Configuration configuration,
    Path data,
    Map<String, String> environment,
    SecretValues secrets,
    Supplier<Environments> served) {
  private static final Duration NPM_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration GIT_TIMEOUT = Duration.ofMinutes(2);

  Catalogue {
    environment = Map.copyOf(environment);
  }

  /**
   * Makes the operations.
   *
   * @param programs all that they start
   * @param owners the operator's map of owners
   * @param deployments what runs in other environments
   * @param web closed by the caller, after the operations have ended
   */
  Map<String, Operation> operations(
      LocalPrograms programs,
      Workspaces workspaces,
      OwnershipMap owners,
      Deployments deployments,
      BoundedGet web,
      SystemTimers timers) {
    ContainerEngines engines = new ContainerEngines(environment, served);
    HealthProbe health = new HttpHealthProbe(web);
    Optional<URI> npm = configuration.npm().map(Configuration.NpmRegistry::url);
    Map<String, ServiceRuntime> runtimes = new HashMap<>();
    FrontedRuntime.Fronts fronts = new FrontedRuntime.Fronts(programs, data, timers::nanoTime);
    ServiceRuntime processes =
        new ProcessRuntime(
            programs, data, new NpmInstaller(programs, npm), secrets::shown, timers::nanoTime);
    runtimes.put(processes.kind(), fronts.before(processes));
    ServiceRuntime compose =
        new ComposeRuntime(programs, data, engines, new DockerMeter(engines), timers);
    runtimes.put(compose.kind(), fronts.before(compose));
    Map<String, PackageRegistry> registries = registries(programs);
    Repository repository = new GitRepository(this::login, GIT_TIMEOUT);
    Operation push =
        new PushOperation(
            repository,
            registries,
            new NpmScripts(programs, npm, data.resolve("npm/scripts")),
            runtimes,
            served,
            health,
            new DesktopBrowser(programs, data, System.getProperty("os.name"), environment),
            workspaces,
            owners,
            timers);
    // A push brings no image up.
    ServiceRuntime docker = new DockerRuntime(engines, secrets::shown, timers);
    runtimes.put(docker.kind(), fronts.before(docker));
    ServiceRuntime kubernetes =
        new KubernetesRuntime(
            name -> served.get().find(name).flatMap(Environment::kubernetes),
            environment,
            secrets::shown,
            timers);
    runtimes.put(kubernetes.kind(), kubernetes);
    Adapters adapters =
        new Adapters(
            served,
            runtimes,
            where -> new DockerImages(engines.settings(where)),
            registries,
            repository,
            health,
            deployments,
            new PrometheusQueries(web, timers::now),
            workspaces,
            Pace.of(timers));
    Operation build =
        new BuildOperation(
            repository,
            where -> new DockerBuilder(engines.settings(where), secrets::shown),
            where -> new DockerRegistry(engines.settings(where)),
            workspaces,
            served,
            Pace.of(timers));
    List<Operation> all = new ArrayList<>(List.of(push, build, new StackOperation(adapters)));
    all.addAll(ServiceOperation.all(adapters));
    all.add(new DriftOperation(adapters).orOfStack());
    all.add(new ConfigureOperation(repository, workspaces, owners, served, timers::now));
    return all.stream()
        .collect(
            Collectors.toMap(
                Operation::name,
                it -> {
                  Operation carried = new CarriedOperation(it, repository, workspaces, owners);
                  return new Redacted(new Walled(carried, programs, served), redactor());
                }));
  }

  private Map<String, PackageRegistry> registries(Programs programs) {
    return configuration
        .npm()
        .map(npm ->
            new NpmRegistrySettings(
                "npm",
                npm.url(),
                npm.unencrypted(),
                () -> token(npm),
                data.resolve("npm/registry"),
                NPM_TIMEOUT))
        .<Map<String, PackageRegistry>>map(
            settings -> Map.of("npm", new NpmRegistry(settings, programs)))
        .orElse(Map.of());
  }

  /** The operator's credential for a remote: the first whose prefix fits. */
  private Optional<Login> login(String url) {
    return configuration.gitCredentials().stream()
        .filter(credential -> isBelow(credential.prefix(), url))
        .findFirst()
        .map(credential ->
            new Login(credential.username(), () -> secrets.resolve(credential.secret())));
  }

  /** A prefix ends at a slash: one of a host must not fit a longer host name. */
  private static boolean isBelow(String prefix, String url) {
    return url.equals(prefix) || url.startsWith(prefix.endsWith("/") ? prefix : prefix + "/");
  }

  private Answer<Optional<String>> token(Configuration.NpmRegistry npm) {
    return npm.credential()
        .map(name -> secrets.resolve(name).map(Optional::of))
        .orElseGet(() -> new Answer.Ok<>(Optional.empty()));
  }

  private Redactor redactor() {
    return secrets.redactor();
  }
}
