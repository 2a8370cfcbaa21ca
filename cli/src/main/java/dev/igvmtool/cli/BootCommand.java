package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.cli.boot.Boot;
import dev.igvmtool.cli.boot.BootImage;
import dev.igvmtool.cli.boot.BootJson;
import dev.igvmtool.cli.boot.BootOptions;
import dev.igvmtool.cli.boot.BootOutcome;
import dev.igvmtool.cli.boot.Dump;
import dev.igvmtool.cli.boot.ImageCache;
import dev.igvmtool.cli.boot.StageOverlay;
import dev.igvmtool.cli.boot.TimelineText;
import dev.igvmtool.cli.boot.Trace;
import dev.igvmtool.cli.hostconfig.HostConfigFile;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.config.VmConfigBuilder;
import dev.igvmtool.machine.partition.Isolation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
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

    private static final int MAX_VPS = 2048;
    private static final long DEFAULT_MEMORY = 512L << 20;

    private final Console console;

    @Mixin
    CommonOptions common;

    @Parameters(paramLabel = "IMAGE", description = "IGVM file or folder; - for standard input.")
    String image;

    @Option(names = "--host", paramLabel = "CONFIG", description = "Host configuration, JSON; other options win.")
    Optional<Path> host;

    @Option(names = "--vps", paramLabel = "N", description = "Virtual processors, 1 if not given.")
    Optional<Integer> vps;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            converter = SizeText.class,
            description = "RAM, such as 512M or 2G; 512M if not given.")
    Optional<Long> memory;

    @Option(names = "--nodes", paramLabel = "N", description = "Virtual NUMA nodes, 1 if not given.")
    Optional<Integer> nodes;

    @Option(names = "--isolation", paramLabel = "KIND", description = "none, vbs, snp or tdx; none if not given.")
    Optional<String> isolation;

    @Option(names = "--command-line", paramLabel = "TEXT", description = "What the host adds to the command line.")
    Optional<String> commandLine;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of everything random, 0 if not given.")
    Optional<Long> seed;

    @Option(
            names = "--stage",
            paramLabel = "NAME",
            description = "Run this stage as the Java program over a real image: boot-shim, sidecar, kernel-stub"
                    + " or all. Repeatable.")
    List<String> stages = List.of();

    @Option(names = "--until", paramLabel = "EVENT", description = "Stop once this event has happened, such as S46.")
    Optional<String> until;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description = "Write every event of the machine, one JSON line each.")
    Optional<String> trace;

    @Option(names = "--json", description = "One JSON object with result, events and hand-over.")
    boolean json;

    @Option(
            names = "--dump",
            paramLabel = "NAME=FILE",
            description = "Write a part of the outcome: host-tree, kernel-tree, boot-params, command-line, shim-log,"
                    + " sidecar-output, serial, guest-serial or memory:GPA:LENGTH. Repeatable.")
    Map<String, String> dumps = new LinkedHashMap<>();

    BootCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        BootOptions options = new BootOptions(overlays(), until, MAX_TURNS);
        List<Dump> wanted = dumps.keySet().stream().map(Dump::new).toList();
        VmConfig config = config();
        IgvmFile file = image();
        TimelineText text = new TimelineText(console.out(), console.colour());
        BootOutcome outcome = trace.isPresent()
                ? traced(trace.get(), file, config, options, text)
                : run(file, config, options, text, Optional.empty());
        if (json) {
            JsonOutput.print(console, "igvmtool.boot/1", out -> BootJson.write(outcome, out));
        } else {
            print(outcome, text);
        }
        for (Dump dump : wanted) {
            new OutputFile(dumps.getOrDefault(dump.name(), "-")).write(console, dump.of(outcome));
        }
        return outcome.failure().isPresent() ? ExitStatus.FINDING : ExitStatus.DONE;
    }

    private BootOutcome traced(String target, IgvmFile file, VmConfig config, BootOptions options, TimelineText text)
            throws IOException {
        BootOutcome[] outcome = new BootOutcome[1];
        new OutputFile(target).write(console, stream -> {
            try (Trace sink = new Trace(stream)) {
                outcome[0] = run(file, config, options, text, Optional.of(sink));
            }
        });
        return outcome[0];
    }

    private BootOutcome run(
            IgvmFile file, VmConfig config, BootOptions options, TimelineText text, Optional<Trace> sink) {
        try {
            return new Boot(file, config, options, json || common.quiet ? List.of() : List.of(text), sink.map(it -> it))
                    .run();
        } catch (IgvmToolException e) {
            throw new CommandException(image + ": " + e.getMessage(), e);
        }
    }

    private List<String> overlays() {
        if (stages.contains("all")) {
            return StageOverlay.STAGES;
        }
        for (String stage : stages) {
            if (!StageOverlay.STAGES.contains(stage)) {
                throw new CommandException("no stage '" + stage + "' to put over an image, expected all or one of "
                        + String.join(", ", StageOverlay.STAGES));
            }
        }
        return stages;
    }

    private IgvmFile image() throws IOException {
        Path folder = Path.of(image);
        if (!Files.isDirectory(folder)) {
            return new InputFile(image).read(console, IgvmReader::read);
        }
        BootImage source = BootImage.in(folder)
                .orElseThrow(() -> new CommandException(image + ": folder without manifest.yaml or manifest.json"));
        Optional<ImageCache> cache = Optional.ofNullable(System.getProperty("igvmtool.cache"))
                .map(place -> new ImageCache(Path.of(place), System.getProperty("igvmtool.build", "")));
        if (cache.isEmpty()) {
            return IgvmReader.read(source.build().content());
        }
        return new InputFile(cache.get().get(source).toString()).read(console, IgvmReader::read);
    }

    private VmConfig config() throws IOException {
        VmConfigBuilder builder = host.isPresent() ? hostFile(host.get()) : VmConfig.builder();
        boolean topology = vps.isPresent() || memory.isPresent() || nodes.isPresent();
        if (topology && host.isPresent()) {
            throw new CommandException(
                    "--vps, --memory and --nodes are for a machine without --host, which gives them");
        }
        if (topology) {
            int vpCount = vps.orElse(Math.max(1, nodes.orElse(1)));
            if (vpCount < 1 || vpCount > MAX_VPS) {
                throw new CommandException("--vps is " + vpCount + ", expected 1 to " + MAX_VPS);
            }
            try {
                builder.topology(vpCount, memory.orElse(DEFAULT_MEMORY), nodes.orElse(1));
            } catch (IllegalArgumentException e) {
                throw new CommandException(String.valueOf(e.getMessage()), e);
            }
        }
        isolation.ifPresent(kind -> builder.isolation(isolation(kind)));
        commandLine.ifPresent(builder::commandLine);
        seed.ifPresent(builder::seed);
        return builder.build();
    }

    private VmConfigBuilder hostFile(Path file) throws IOException {
        Bytes content = new InputFile(file.toString()).read(console, bytes -> bytes);
        try {
            return HostConfigFile.read(
                    content, name -> new InputFile(file.resolveSibling(name).toString()).read(console, bytes -> bytes));
        } catch (FormatException e) {
            throw new CommandException(file + ": " + e.getMessage(), e);
        }
    }

    private static Isolation isolation(String kind) {
        for (Isolation isolation : Isolation.values()) {
            if (isolation.name().toLowerCase(Locale.ROOT).equals(kind)) {
                return isolation;
            }
        }
        throw new CommandException("--isolation is '" + kind + "', expected none, vbs, snp or tdx");
    }

    private void print(BootOutcome outcome, TimelineText text) {
        if (!common.quiet) {
            Bytes serial = outcome.vm().guestConsole().text();
            if (!serial.isEmpty()) {
                console.out().println("guest serial port:");
                serial.toUtf8().lines().forEach(line -> console.out().println("  " + Printable.escape(line)));
            }
            text.stepsByStage().forEach((stage, steps) -> console.out().println("steps of " + stage + ": " + steps));
        }
        console.out().println("result: " + outcome.result().word() + " after " + outcome.steps() + " steps");
        outcome.failure()
                .ifPresent(failure -> console.error(String.format(
                        "%s: VP %d in VTL %d at 0x%x: %s",
                        image, failure.vp(), failure.vtl(), failure.rip(), failure.reason())));
    }
}
