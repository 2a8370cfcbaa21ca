package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.cli.boot.Advice;
import dev.igvmtool.cli.boot.Boot;
import dev.igvmtool.cli.boot.BootJson;
import dev.igvmtool.cli.boot.BootOptions;
import dev.igvmtool.cli.boot.BootOutcome;
import dev.igvmtool.cli.boot.Dump;
import dev.igvmtool.cli.boot.Handoff;
import dev.igvmtool.cli.boot.HostileVerdict;
import dev.igvmtool.cli.boot.Timeline;
import dev.igvmtool.cli.boot.TimelineText;
import dev.igvmtool.cli.boot.Trace;
import dev.igvmtool.cli.record.Recording;
import dev.igvmtool.cli.record.RecordingSink;
import dev.igvmtool.cli.record.RecordingWriter;
import dev.igvmtool.format.Architecture;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.config.VmConfigBuilder;
import dev.igvmtool.host.config.file.HostConfigSchema;
import dev.igvmtool.host.hostile.plan.Catalogue;
import dev.igvmtool.host.hostile.plan.HostilePlan;
import dev.igvmtool.machine.event.EventSink;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code boot}: an image in the emulated machine. */
@Command(
        name = "boot",
        description = {
            "Loads an image into the emulated machine and runs it.",
            "IMAGE is an IGVM file, or a folder with manifest.yaml, which is built first."
        },
        footer = {"", "Example: igvmtool boot samples/openhcl-x64 --vps 4 --dump kernel-tree=kernel.dtb"})
final class BootCommand implements Callable<Integer> {
    /** A guest that has not halted after so many turns is called running. */
    private static final long MAX_TURNS = 50_000_000;

    private static final int MAX_RESTARTS = 100;

    private final Console console;

    @Mixin
    CommonOptions common;

    @Parameters(paramLabel = "IMAGE", arity = "0..1", description = "IGVM file or folder; - for standard input.")
    Optional<String> image;

    @Mixin
    HostOptions hostOptions;

    @Mixin
    StageOption stageOption;

    @Option(names = "--until", paramLabel = "EVENT", description = "Stop once this event has happened, such as S46.")
    Optional<String> until;

    @Option(
            names = "--restarts",
            paramLabel = "N",
            description =
                    "Replace VTL2 N times while VTL0 runs (servicing): it saves its state, is loaded anew, and goes"
                            + " on.")
    int restarts;

    @Option(
            names = "--restart-image",
            paramLabel = "IMAGE",
            description = "IGVM file or folder that the restarts load. Default: that of the boot.")
    Optional<String> restartImage;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description = "Write every event of the machine, one JSON line each.")
    Optional<String> trace;

    @Option(
            names = "--record",
            paramLabel = "FILE",
            description = "Write what is needed to have the same run again, and what came of it; 'debug' opens it.")
    Optional<String> record;

    @Option(names = "--json", description = "One JSON object with result, events and hand-over.")
    boolean json;

    @Option(
            names = "--dump",
            paramLabel = "NAME=FILE",
            description = "Write a part of the outcome: host-tree, kernel-tree, boot-params, command-line, shim-log,"
                    + " kernel-log, sidecar-output, serial, guest-serial, pages (runs of RAM that are alike: private or"
                    + " shared, accepted or not, what each VTL may do) or memory:GPA:LENGTH. Repeatable.")
    Map<String, String> dumps = new LinkedHashMap<>();

    @Option(names = "--print-host-schema", description = "Print the JSON Schema of host configurations.")
    boolean printHostSchema;

    @Option(names = "--list-hostile-plans", description = "List the plans of the catalogue for --hostile.")
    boolean listHostilePlans;

    BootCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (printHostSchema) {
            console.out().print(HostConfigSchema.text());
            return ExitStatus.DONE;
        }
        if (listHostilePlans) {
            Catalogue.all().forEach(plan -> console.out().printf("%-28s %s%n", plan.name(), plan.about()));
            return ExitStatus.DONE;
        }
        String name = image.orElseThrow(() -> new CommandException("boot needs an IMAGE"));
        BootOptions options = options();
        List<Dump> wanted = dumps.keySet().stream().map(Dump::new).toList();
        VmConfigBuilder host = hostOptions.honest(console);
        VmConfig honest = host.build();
        Optional<HostilePlan> plan = hostOptions.plan();
        VmConfig config = plan.map(it -> host.lies(it.lies()).build()).orElse(honest);
        ImageOperand.Image loaded = new ImageOperand(name).load(console);
        TimelineText text = new TimelineText(console.out(), console.colour());
        Run run = new Run(loaded, config, options, json || common.quiet ? List.of() : List.of(text));
        BootOutcome outcome = traced(run);
        Optional<HostileVerdict> verdict = plan.map(it -> verdict(it, loaded.file(), honest, options, outcome));
        if (json) {
            JsonOutput.print(console, "igvmtool.boot/1", out -> BootJson.write(outcome, verdict, out));
        } else {
            print(outcome, text);
            verdict.ifPresent(it -> console.out().println(it.describe()));
        }
        for (Dump dump : wanted) {
            new OutputFile(dumps.getOrDefault(dump.name(), "-")).write(console, dump.of(outcome));
        }
        boolean asExpected = verdict.filter(it -> it.expectation().isPresent())
                .map(it -> it.difference().isEmpty())
                .orElse(outcome.failure().isEmpty());
        return asExpected ? ExitStatus.DONE : ExitStatus.FINDING;
    }

    private BootOptions options() throws IOException {
        if (restarts < 0 || restarts > MAX_RESTARTS) {
            throw new CommandException("--restarts is " + restarts + ", expected 0 to " + MAX_RESTARTS);
        }
        if (restartImage.isPresent() && restarts == 0) {
            throw new CommandException("--restart-image is for --restarts, which is not given");
        }
        Optional<IgvmFile> other = Optional.empty();
        if (restartImage.isPresent()) {
            other = Optional.of(new ImageOperand(restartImage.get()).read(console));
        }
        return new BootOptions(stageOption.overlays(), until, MAX_TURNS, restarts, other);
    }

    private HostileVerdict verdict(
            HostilePlan plan, IgvmFile file, VmConfig honest, BootOptions options, BootOutcome outcome) {
        return HostileVerdict.of(plan, plan.expectation(honest.isolation()), outcome, () -> new Boot(
                        file, honest, options, List.of(), Optional.empty())
                .run());
    }

    /** What is to be run. */
    private record Run(
            ImageOperand.Image image, VmConfig config, BootOptions options, List<Timeline.Listener> listeners) {}

    private BootOutcome traced(Run run) throws IOException {
        if (trace.isEmpty()) {
            return recorded(run, Optional.empty());
        }
        BootOutcome[] outcome = new BootOutcome[1];
        new OutputFile(trace.get()).write(console, stream -> {
            try (Trace sink = new Trace(stream)) {
                outcome[0] = recorded(run, Optional.of(sink));
            }
        });
        return outcome[0];
    }

    private BootOutcome recorded(Run run, Optional<Trace> traced) throws IOException {
        if (record.isEmpty()) {
            return boot(run, traced.map(it -> it)).run();
        }
        if (run.image.file().revision().architecture() != Architecture.X64) {
            throw new CommandException(image.orElse("") + ": image is for "
                    + run.image.file().revision().architecture() + ", only runs of X64 can be recorded");
        }
        BootOutcome[] outcome = new BootOutcome[1];
        Recording.Image reference = Recording.Image.of(image.orElse(""), run.image.content());
        new OutputFile(record.get()).write(console, stream -> {
            try (RecordingWriter writer =
                    new RecordingWriter(stream, Main.VERSION, reference, run.options.overlays(), run.config)) {
                RecordingSink sink = new RecordingSink(writer);
                Boot boot = boot(run, Optional.of(event -> {
                    traced.ifPresent(it -> it.event(event));
                    sink.event(event);
                }));
                sink.attach(boot.vm().machine());
                outcome[0] = boot.run();
                sink.finish();
            }
        });
        return outcome[0];
    }

    private Boot boot(Run run, Optional<EventSink> sink) {
        try {
            return new Boot(run.image.file(), run.config, run.options, run.listeners, sink);
        } catch (IgvmToolException e) {
            throw new CommandException(image.orElse("") + ": " + e.getMessage(), e);
        }
    }

    private static String registers(Handoff handoff) {
        return handoff.registers().stream()
                .map(register -> String.format("%s 0x%x", register.name(), register.value()))
                .collect(Collectors.joining(", "));
    }

    private void print(BootOutcome outcome, TimelineText text) {
        if (!common.quiet) {
            Bytes serial = outcome.vm().guestConsole().text();
            if (!serial.isEmpty()) {
                console.out().println("guest serial port:");
                serial.toUtf8().lines().forEach(line -> console.out().println("  " + Printable.escape(line)));
            }
            outcome.handoff().filter(it -> it.zeroPage().isEmpty()).ifPresent(handoff -> console.out()
                    .println("registers at the kernel's entry: " + registers(handoff)));
            text.stepsByStage().forEach((stage, steps) -> console.out().println("steps of " + stage + ": " + steps));
        }
        console.out().println("result: " + outcome.result().word() + " after " + outcome.steps() + " steps");
        outcome.failure()
                .ifPresent(failure -> console.error(String.format(
                        "%s: VP %d in VTL %d at 0x%x: %s%s",
                        image.orElse(""),
                        failure.vp(),
                        failure.vtl(),
                        failure.rip(),
                        failure.reason(),
                        Advice.on(outcome))));
    }
}
