package dev.opsagent.cli;

import java.util.List;

/** The commands, in the order in which help lists them. */
record Commands(List<Object> all) {
  Commands {
    all = List.copyOf(all);
  }

  static Commands of(Surroundings around) {
    return of(around, ClientBus::open, new ForegroundWorker(around));
  }

  static Commands of(Surroundings around, Bus.Opener opener, WorkerRun run) {
    return new Commands(
        List.of(
            new DemoCommand(around),
            new UpCommand(around),
            new WorkerCommand(around, run),
            new DispatchCommand(around, opener),
            new PlanCommand(around, opener),
            new WatchCommand(around, opener),
            new CancelCommand(around, opener),
            new ResolveCommand(around, opener),
            new WhyCommand(around, opener),
            new ApprovalsCommand(around, opener),
            new ApproveCommand(around, opener),
            new DenyCommand(around, opener),
            new LiftCommand(around, opener),
            new ReplayCommand(around, opener),
            new RouteCommand(around),
            KeysCommand.of(around),
            new SignCommand(around),
            PolicyCommand.of(around, opener),
            new EnvironmentsCommand(around),
            new GatesCommand(around),
            new DoctorCommand(around),
            DrillCommand.of(around),
            new BenchCommand(around),
            new SimulateCommand(around),
            new CompletionCommand(around),
            new HelpCommand(around)));
  }
}
