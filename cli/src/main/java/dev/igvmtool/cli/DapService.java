package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.cli.debug.DebugTarget;
import dev.igvmtool.debugger.dap.DapServer;
import dev.igvmtool.debugger.dap.DapTarget;
import dev.igvmtool.debugger.dap.Opener;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code debug --dap}: loads images for clients of the Debug Adapter Protocol. */
final class DapService {
    /** A file that is there in this project's sources, and in no other folder. */
    private static final Path MARK = Path.of("boot-shim/src/main/java/dev/igvmtool/bootshim/BootShim.java");

    private final Console console;

    DapService(Console console) {
        this.console = console;
    }

    /** Options of {@code debug} that a client gives with its launch request. */
    @CommandLine.Command
    private static final class LaunchOptions {
        @Mixin
        HostOptions host = new HostOptions();

        @Mixin
        StageOption stage = new StageOption();

        @Option(names = "--image")
        Optional<String> image = Optional.empty();
    }

    DapTarget load(String name, HostOptions host, StageOption stage, Optional<String> image) throws IOException {
        DebugTarget target =
                new RunOperand(name).load(console, host, stage, image).target();
        return new DapTarget(target.debugger(), target.structures(), target.origins());
    }

    private DapTarget launch(String program, List<String> args) throws IOException {
        LaunchOptions options = new LaunchOptions();
        try {
            new CommandLine(options).parseArgs(args.toArray(String[]::new));
        } catch (CommandLine.ParameterException wrong) {
            throw new IgvmToolException("args: " + wrong.getMessage());
        }
        return load(program, options.host, options.stage, options.image);
    }

    /** Who is not on this machine has no say in which of its files are read. */
    private static DapTarget refuse(String program, List<String> args) {
        throw new IgvmToolException("launch is for clients on this machine; attach to what the server has loaded");
    }

    /** Serves the client at the other end of standard input and output. */
    void serve(Optional<DapTarget> loaded) {
        DapServer.serve(new DapServer.Settings(this::launch, loaded, sources()), console.in(), console.out());
    }

    void serve(Optional<DapTarget> loaded, InetAddress address, int port, boolean once) throws IOException {
        Opener opener = address.isLoopbackAddress() ? this::launch : DapService::refuse;
        try (DapServer server = new DapServer(new DapServer.Settings(opener, loaded, sources()), address, port)) {
            console.out()
                    .printf(
                            "waiting for a debug client at %s:%d%n",
                            server.address().getAddress().getHostAddress(),
                            server.address().getPort());
            console.out().flush();
            server.serve(once);
        }
    }

    /** This project's sources, if the tool runs in them or was started from them. */
    private static Optional<Path> sources() {
        return Stream.of(Path.of(""), Path.of(System.getProperty("igvmtool.cache", "")))
                .flatMap(start -> Stream.iterate(start.toAbsolutePath(), it -> it != null, Path::getParent))
                .filter(folder -> Files.isRegularFile(folder.resolve(MARK)))
                .findFirst();
    }
}
