package dev.igvmtool.cli.coverage;

import dev.igvmtool.cli.StagePrograms;
import dev.igvmtool.cli.boot.Boot;
import dev.igvmtool.cli.boot.BootOutcome;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.host.worker.VirtualMachine;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.partition.Isolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One boot of a scenario, through the entry of the command, with the guest looked at after every step. */
final class ScenarioRun {
    private final Scenario scenario;
    private final List<Watch> watches;
    private final Isolation isolation;
    private Optional<Guest> guest = Optional.empty();

    /** One expectation while the guest runs. */
    private static final class Watch {
        private final Expectation expectation;
        private Object first = Expectation.NOTHING;
        private Object last = Expectation.NOTHING;
        private Object before = Expectation.NOTHING;
        private Object after = Expectation.NOTHING;
        private boolean open;
        private boolean closed;

        Watch(Expectation expectation) {
            this.expectation = expectation;
        }

        void start(Guest guest) {
            first = expectation.lookAt(guest);
            last = first;
        }

        void step(Guest guest, Optional<String> event) {
            if (closed || ofHost()) {
                return;
            }
            if (open
                    && event.isPresent()
                    && expectation.until().map(event.get()::equals).orElse(true)) {
                close(last);
            } else if (!open && event.filter(expectation.event()::equals).isPresent()) {
                before = last;
                open = true;
            }
            last = expectation.lookAt(guest);
        }

        void end(Guest guest) {
            if (!closed && open) {
                close(expectation.lookAt(guest));
            }
        }

        private void close(Object value) {
            after = value;
            closed = true;
        }

        private boolean ofHost() {
            return expectation.event().startsWith("H");
        }

        Optional<String> difference() {
            return closed
                    ? expectation.difference(before, after)
                    : Optional.of(expectation.what() + ": " + expectation.event() + " is not reached");
        }
    }

    /**
     * What came of a boot.
     *
     * @param rows for which an assertion held on an event that was in the trace
     * @param problems assertions that did not hold
     */
    record Outcome(List<String> rows, List<String> problems) {}

    private ScenarioRun(Scenario scenario, Isolation isolation) {
        this.scenario = scenario;
        this.isolation = isolation;
        watches = scenario.expectations(isolation).stream().map(Watch::new).toList();
    }

    static Outcome run(Scenario scenario, Isolation isolation, Images images) {
        return new ScenarioRun(scenario, isolation).run(images);
    }

    private Outcome run(Images images) {
        IgvmFile image = images.of(isolation);
        Guest pristine = Guest.before(VirtualMachine.load(
                image, Scenario.usualHost(isolation).build(), StagePrograms.forMachine(), Optional.empty()));
        Boot boot = new Boot(
                scenario.image(image, isolation, pristine),
                scenario.host(isolation, pristine),
                scenario.options(),
                List.of(),
                Optional.of(this::observe));
        Guest started = Guest.before(boot.vm());
        guest = Optional.of(started);
        act(Scenario.Stray.START);
        watches.forEach(watch -> watch.start(started));
        BootOutcome outcome = boot.run();
        watches.forEach(watch -> watch.end(started));
        for (Watch watch : watches) {
            boolean happened =
                    outcome.events().stream().anyMatch(event -> event.id().equals(watch.expectation.event()));
            if (watch.ofHost() && happened) {
                watch.close(watch.first);
            }
        }
        return result(outcome);
    }

    private Outcome result(BootOutcome outcome) {
        List<String> rows = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (Watch watch : watches) {
            Optional<String> difference = watch.difference();
            if (difference.isEmpty()) {
                rows.add(watch.expectation.row());
            } else {
                problems.add(watch.expectation.row() + ": " + difference.get());
            }
        }
        if (!problems.isEmpty()) {
            problems.add("the boot: " + outcome.result()
                    + outcome.failure().map(it -> ", " + it.reason()).orElse("") + ", last event "
                    + outcome.events().get(outcome.events().size() - 1).id());
        }
        return new Outcome(rows, problems);
    }

    private void observe(MachineEvent event) {
        if (guest.isPresent() && event instanceof MachineEvent.StepRetired step && step.vp() == 0) {
            watches.forEach(watch -> watch.step(guest.get(), step.timelineId()));
            step.timelineId().ifPresent(this::act);
        }
    }

    private void act(String event) {
        scenario.strays().stream().filter(stray -> stray.after().equals(event)).forEach(stray -> stray.act()
                .accept(guest.orElseThrow()));
    }
}
