package dev.igvmtool.cli;

import dev.igvmtool.cli.debug.DebugTarget;
import dev.igvmtool.cli.record.Recording;
import dev.igvmtool.cli.trace.ChromeTrace;
import dev.igvmtool.cli.trace.TimelinePage;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.trace.RunTrace;
import dev.igvmtool.host.config.VmConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code trace export}: a run for a browser or for Perfetto. */
@Command(
        name = "export",
        description = {
            "Writes a run as a page for a browser, or as trace events for Chrome and Perfetto.",
            "RUN is an IGVM file, a folder with manifest.yaml, or a recording."
        },
        footer = {"", "Example: igvmtool trace export samples/openhcl-x64 --vps 4 -o boot.html"})
final class TraceExportCommand implements Callable<Integer> {
    private static final long MAX_TURNS = 100_000;

    private final Console console;

    @Mixin
    CommonOptions common;

    @Parameters(paramLabel = "RUN", description = "Image or recording.")
    String run = "";

    @Mixin
    HostOptions hostOptions;

    @Mixin
    StageOption stageOption;

    @Option(names = "--image", paramLabel = "IMAGE", description = "Where the image of a recording is now.")
    Optional<String> imageOfRecording;

    @Option(
            names = "--format",
            paramLabel = "KIND",
            description = "html or chrome; if not given, html for names that end in .html, else chrome.")
    Optional<String> format;

    @Option(
            names = "--turns",
            paramLabel = "N",
            description = "Turns to show at most, 100000 if not given; of a recording no more than it has.")
    Optional<Long> turns;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            required = true,
            description = "File to write, - for standard output.")
    String output = "";

    TraceExportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        String kind = format.orElse(output.endsWith(".html") ? "html" : "chrome");
        if (!kind.equals("html") && !kind.equals("chrome")) {
            throw new CommandException("--format is '" + kind + "', expected html or chrome");
        }
        if (turns.orElse(1L) < 1) {
            throw new CommandException("--turns is " + turns.get() + ", expected at least 1");
        }
        RunOperand.Run loaded = new RunOperand(run).load(console, hostOptions, stageOption, imageOfRecording);
        long most = Math.min(
                turns.orElse(MAX_TURNS),
                loaded.recording().map(recording -> recording.end().turns()).orElse(Long.MAX_VALUE));
        new OutputFile(output).write(console, stream -> {
            try {
                if (kind.equals("html")) {
                    page(loaded, most, stream);
                } else {
                    chrome(loaded, most, stream);
                }
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        });
        return ExitStatus.DONE;
    }

    private static void chrome(RunOperand.Run run, long most, OutputStream stream) throws IOException {
        Debugger debugger = run.target().debugger();
        try (ChromeTrace trace =
                new ChromeTrace(stream, debugger.machine().partition().vpCount())) {
            RunTrace.walk(debugger.history(), most, trace);
        }
    }

    private void page(RunOperand.Run run, long most, OutputStream stream) throws IOException {
        DebugTarget target = run.target();
        TimelinePage page = new TimelinePage(target.structures());
        RunTrace.walk(target.debugger().history(), most, page);
        page.writeTo(stream, new TimelinePage.Head("Boot of " + run.image().path(), facts(run), target.hostSteps()));
    }

    private static Map<String, String> facts(RunOperand.Run run) {
        VmConfig host = run.host();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("isolation", host.isolation().name().toLowerCase(Locale.ROOT));
        facts.put("VPs", Integer.toString(host.processors().size()));
        facts.put("seed", Long.toString(host.seed()));
        if (!run.stages().isEmpty()) {
            facts.put("stages", String.join(", ", run.stages()));
        }
        Recording.Image image = run.image();
        facts.put("image SHA-256", image.sha256().toHex().substring(0, 16) + "…");
        return facts;
    }
}
