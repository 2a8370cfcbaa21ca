package dev.igvmtool.cli;

import dev.igvmtool.document.DocumentReader;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.config.VmConfigBuilder;
import dev.igvmtool.host.config.file.HostConfigReader;
import dev.igvmtool.host.hostile.plan.Catalogue;
import dev.igvmtool.host.hostile.plan.HostilePlan;
import dev.igvmtool.host.hostile.plan.PlanReader;
import dev.igvmtool.machine.partition.Isolation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The options that say which virtual machine there is; {@code docs/boot.md} describes the file. */
final class HostOptions {
    private static final int MAX_VPS = 2048;

    @Option(
            names = "--host",
            paramLabel = "CONFIG",
            description = "Host configuration, JSON or YAML, - for standard input; other options win.")
    Optional<String> host;

    @Option(names = "--vps", paramLabel = "N", description = "Virtual processors, 1 for each node if not given.")
    Optional<Integer> vps;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            converter = SizeText.class,
            description = "RAM, such as 512M or 2G; 512M for each node, or for 512 processors, if not given.")
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
            names = "--hostile",
            paramLabel = "PLAN",
            description = "Let the host lie: a plan of the catalogue, or a file with one, YAML or JSON.")
    Optional<String> hostile;

    /** The plan of a host that lies, if one was asked for. */
    Optional<HostilePlan> plan() {
        return hostile.map(name -> {
            Optional<HostilePlan> known = Catalogue.find(name);
            if (known.isPresent() || Files.exists(Path.of(name))) {
                return known.orElseGet(() -> PlanReader.read(Path.of(name)));
            }
            throw new CommandException(
                    "--hostile is '" + name + "', neither a file nor a plan of --list-hostile-plans");
        });
    }

    /** True if one of the options is there. */
    boolean isGiven() {
        return Stream.of(host, vps, memory, nodes, isolation, commandLine, seed, hostile)
                .anyMatch(Optional::isPresent);
    }

    /**
     * The configuration, lies and all.
     *
     * @throws dev.igvmtool.abi.binary.IgvmToolException if file and options do not give one
     */
    VmConfig config(Console console) throws IOException {
        VmConfigBuilder builder = honest(console);
        plan().ifPresent(plan -> builder.lies(plan.lies()));
        return builder.build();
    }

    /** The configuration of a host that does not lie. */
    VmConfigBuilder honest(Console console) throws IOException {
        VmConfigBuilder builder = host.isPresent() ? read(host.get(), console) : VmConfig.builder();
        vps.ifPresent(count -> {
            if (count < 1 || count > MAX_VPS) {
                throw new CommandException("--vps is " + count + ", expected 1 to " + MAX_VPS);
            }
            builder.vpCount(count);
        });
        memory.ifPresent(builder::memory);
        nodes.ifPresent(builder::nodes);
        isolation.ifPresent(kind -> builder.isolation(isolation(kind)));
        commandLine.ifPresent(builder::commandLine);
        seed.ifPresent(builder::seed);
        return builder;
    }

    private static VmConfigBuilder read(String file, Console console) throws IOException {
        if (!file.equals("-")) {
            return HostConfigReader.read(Path.of(file));
        }
        return HostConfigReader.read(
                file, DocumentReader.text(file, console.in()), Path.of("").toAbsolutePath());
    }

    private static Isolation isolation(String kind) {
        for (Isolation isolation : Isolation.values()) {
            if (isolation.name().toLowerCase(Locale.ROOT).equals(kind)) {
                return isolation;
            }
        }
        throw new CommandException("--isolation is '" + kind + "', expected none, vbs, snp or tdx");
    }
}
