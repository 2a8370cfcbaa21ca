package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.cli.debug.DebugTarget;
import dev.igvmtool.cli.debug.DebugTerminal;
import dev.igvmtool.cli.record.RecordingWriter;
import dev.igvmtool.cli.record.RunRecorder;
import dev.igvmtool.debugger.console.DebugConsole;
import dev.igvmtool.debugger.console.ExpectationException;
import dev.igvmtool.debugger.console.Style;
import dev.igvmtool.debugger.dap.DapTarget;
import dev.igvmtool.debugger.gdb.GdbServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code debug}: an image under the debugger. */
@Command(
        name = "debug",
        description = {
            "Loads an image into the emulated machine and steps it, forwards and backwards.",
            "IMAGE is an IGVM file, or a folder with manifest.yaml, which is built first.",
            "At a terminal it asks for commands; otherwise it reads them from standard input. 'help' lists them."
        },
        footer = {"", "Example: igvmtool debug samples/openhcl-x64 --vps 4 --batch --script session.txt"})
final class DebugCommand implements Callable<Integer> {
    private static final int MAX_PORT = 0xffff;

    private final Console console;

    @Mixin
    CommonOptions common;

    @Parameters(
            paramLabel = "IMAGE",
            arity = "0..1",
            description =
                    "IGVM file or folder, or a recording that 'boot --record' made. With --dap the client can name it.")
    Optional<String> image;

    @Mixin
    HostOptions hostOptions;

    @Mixin
    StageOption stageOption;

    @Option(names = "--image", paramLabel = "IMAGE", description = "Where the image of a recording is now.")
    Optional<String> imageOfRecording;

    @Option(names = "--script", paramLabel = "FILE", description = "Carry out the commands of a file first.")
    Optional<String> script;

    @Option(
            names = "--batch",
            description = "Ask nothing: end after the script, or with standard input, at the first command that fails.")
    boolean batch;

    @Option(
            names = "--gdb",
            paramLabel = "PORT",
            description = "Wait for gdb on this port in place of the console; 0 for any that is free.")
    Optional<Integer> gdb;

    @Option(
            names = "--dap",
            description = "Speak the Debug Adapter Protocol, as VS Code does, on standard input and output.")
    boolean dap;

    @Option(
            names = "--dap-port",
            paramLabel = "PORT",
            description = "Wait for clients of the Debug Adapter Protocol on this port; 0 for any that is free.")
    Optional<Integer> dapPort;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            description =
                    "Where to wait for clients; 127.0.0.1 if not given. A client can read and change everything of"
                            + " the run, and nothing else.")
    Optional<String> listen;

    @Option(names = "--once", description = "End when the first client is gone.")
    boolean once;

    DebugCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (Stream.of(gdb.isPresent(), dap, dapPort.isPresent())
                        .filter(it -> it)
                        .count()
                > 1) {
            throw new CommandException("--gdb, --dap and --dap-port are different ways to debug: choose one");
        }
        if (dap || dapPort.isPresent()) {
            return serveDap();
        }
        String name = image.orElseThrow(() -> new CommandException("the image to debug is missing"));
        RunOperand.Run run = new RunOperand(name).load(console, hostOptions, stageOption, imageOfRecording);
        DebugTarget target = run.target();
        DebugConsole language = new DebugConsole(
                target.debugger(),
                target.structures(),
                target.origins(),
                file -> new OutputFile(file).write(console, stream -> save(run, stream)),
                console.colour() ? Style.COLOUR : Style.PLAIN,
                line -> console.out().println(line));
        boolean interactive = !batch && console.terminal() && gdb.isEmpty();
        boolean strict = batch || script.isPresent() && !interactive;
        if (!common.quiet && !batch && gdb.isEmpty()) {
            language.greet();
        }
        if (script.isPresent()) {
            int status = lines(language, script(script.get()), script.get(), strict);
            if (status != ExitStatus.DONE || language.isOver()) {
                return status;
            }
        }
        if (gdb.isPresent()) {
            serveGdb(target);
            return ExitStatus.DONE;
        }
        if (!interactive) {
            return script.isPresent() ? ExitStatus.DONE : lines(language, standardInput(), "standard input", strict);
        }
        console.out().flush();
        DebugTerminal.run(language, console.out()::flush, target.debugger()::pause, this::complain, historyFile());
        return ExitStatus.DONE;
    }

    private void serveGdb(DebugTarget target) throws IOException {
        GdbServer.Target served =
                new GdbServer.Target(target.debugger(), target.structures(), target.origins(), target.symbolLines());
        try (GdbServer server = new GdbServer(served, address(), port(gdb.orElse(0)))) {
            console.out()
                    .printf(
                            "waiting for gdb: target remote %s:%d%n",
                            server.address().getAddress().getHostAddress(),
                            server.address().getPort());
            console.out().flush();
            server.serve(once);
        }
    }

    private int serveDap() throws IOException {
        if (script.isPresent() || batch) {
            throw new CommandException("--script and --batch are for the console, not for --dap");
        }
        DapService service = new DapService(console);
        Optional<DapTarget> loaded = Optional.empty();
        if (image.isPresent()) {
            loaded = Optional.of(service.load(image.get(), hostOptions, stageOption, imageOfRecording));
        } else if (hostOptions.isGiven() || !stageOption.stages.isEmpty() || imageOfRecording.isPresent()) {
            throw new CommandException(
                    "options for an image need one: IMAGE, or 'args' of the client's launch request");
        }
        if (dap) {
            service.serve(loaded);
        } else {
            service.serve(loaded, address(), port(dapPort.orElse(0)), once);
        }
        return ExitStatus.DONE;
    }

    private InetAddress address() {
        try {
            return InetAddress.getByName(listen.orElse("127.0.0.1"));
        } catch (UnknownHostException e) {
            throw new CommandException(
                    "--listen is '" + listen.orElse("") + "', which is no address of this machine", e);
        }
    }

    private static int port(int number) {
        if (number < 0 || number > MAX_PORT) {
            throw new CommandException("port " + number + ", expected 0 to " + MAX_PORT);
        }
        return number;
    }

    private Iterator<String> script(String name) {
        return new InputFile(name)
                .read(console, content -> content.toUtf8().lines().iterator());
    }

    /** Lines as they come, so that another program can ask and answer. */
    private Iterator<String> standardInput() {
        return new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8))
                .lines()
                .iterator();
    }

    /** @param strict ends at the first line that fails */
    private int lines(DebugConsole language, Iterator<String> lines, String source, boolean strict) {
        for (int number = 1; !language.isOver() && lines.hasNext(); number++) {
            String line = lines.next();
            try {
                // At a terminal an empty line repeats the last; here it is nothing.
                if (!line.isBlank()) {
                    language.execute(line);
                    console.out().flush();
                }
            } catch (IgvmToolException e) {
                complain(source + ":" + number + ": " + e.getMessage());
                if (strict) {
                    return e instanceof ExpectationException ? ExitStatus.FINDING : ExitStatus.UNUSABLE;
                }
            }
        }
        return ExitStatus.DONE;
    }

    /** Writes the run as it is known, inputs and all. */
    private static void save(RunOperand.Run run, OutputStream stream) throws IOException {
        try (RecordingWriter writer =
                new RecordingWriter(stream, Main.VERSION, run.image(), run.stages(), run.host())) {
            RunRecorder.write(run.target().debugger().history(), writer);
        }
    }

    private void complain(String message) {
        console.out().flush();
        console.error(message);
    }

    private static Optional<Path> historyFile() {
        return Optional.ofNullable(System.getProperty("igvmtool.cache"))
                .map(cache -> Path.of(cache).resolveSibling("debug-history"));
    }
}
