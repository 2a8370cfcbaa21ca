package dev.igvmtool.cli.handoff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.linux.E820Entry;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.builder.BuildOptions;
import dev.igvmtool.builder.ImageBuilder;
import dev.igvmtool.builder.load.StageImages;
import dev.igvmtool.builder.manifest.ManifestReader;
import dev.igvmtool.builder.manifest.ResourceReader;
import dev.igvmtool.cli.boot.Boot;
import dev.igvmtool.cli.boot.BootOptions;
import dev.igvmtool.cli.boot.BootOutcome;
import dev.igvmtool.cli.boot.Handoff;
import dev.igvmtool.cli.boot.StageOverlays;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.config.file.HostConfigReader;
import dev.igvmtool.host.loader.LoadException;
import dev.igvmtool.testing.HandoffCase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Hosts that nobody has recorded, before images that somebody has: each boots to a hand-over that makes sense by itself, or is
 * refused by the loader or the shim, in words. More seeds: {@code -Digvmtool.hosts=1000}.
 */
class RandomHostIT {
    private static final int COUNT = Integer.getInteger("igvmtool.hosts", 12);

    private static IgvmFile image(HandoffCase golden) {
        return ImageBuilder.build(
                        ManifestReader.read(golden.folder().resolve("manifest.json"))
                                .manifest(),
                        ResourceReader.read(golden.folder().resolve("resources.json")),
                        StageImages.none(),
                        BuildOptions.NONE)
                .file();
    }

    private static HandoffCase golden(String name) {
        return HandoffCase.all().stream()
                .filter(it -> it.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "none-16vp-2node",
                "self-4node",
                "cmd-static",
                "fixed-base",
                "vbs-release",
                "snp-release",
                "tdx-release",
                "random-33"
            })
    void everyHostIsBootedOrRefusedInWords(String name) {
        HandoffCase golden = golden(name);
        IgvmFile image = image(golden);
        GpaRange required = golden.map("IGVM file required memory").stream()
                .filter(entry -> entry.tag().equals("VTL2 protectable"))
                .findFirst()
                .orElseThrow()
                .range();
        // Hardware that encrypts memory takes its time for each page.
        int count = golden.hardwareIsolated() ? COUNT / 4 : COUNT;
        Map<String, Integer> ends = new TreeMap<>();
        for (int seed = 0; seed < count; seed++) {
            String host = RandomHost.json(seed, golden.isolation(), required);
            try {
                ends.merge(boot(image, host), 1, Integer::sum);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(name + " on the host of seed " + seed + ": " + e + "\n" + host, e);
            }
        }
        assertTrue(ends.getOrDefault("kernel", 0) > 0, ends.toString());
    }

    private static String boot(IgvmFile image, String host) {
        VmConfig config = HostConfigReader.read("host.json", host, Path.of("/nonexistent"))
                .interceptPageAvailable(false)
                .returnActionsAvailable(false)
                .build();
        BootOptions options = new BootOptions(StageOverlays.STAGES, Optional.of("S46"), 5_000_000);
        Boot boot;
        try {
            boot = new Boot(image, config, options, List.of(), Optional.empty());
        } catch (LoadException refused) {
            return "refused";
        }
        BootOutcome outcome = boot.run();
        if (outcome.result() == BootOutcome.Result.STOPPED) {
            check(outcome.handoff().orElseThrow(), config);
            return "kernel";
        }
        // The hosts of isolated guests do not hear why; the log has it.
        String log = outcome.shimLog().orElseThrow().toUtf8();
        assertTrue(log.contains("[ERROR] panicked at boot-shim, step "), () -> outcome.failure() + "\n" + log);
        return "panic";
    }

    /** What must hold whatever the host is. */
    private static void check(Handoff handoff, VmConfig config) {
        Bytes blob = handoff.kernelTree().orElseThrow();
        BootTree tree = BootTree.of(Fdt.parse(blob));
        assertEquals(blob, tree.toFdt());
        assertEquals(config.processors().size(), tree.cpus().size());
        List<GpaRange> memory = joined(
                tree.vtl2Memory().stream().map(BootTree.Vtl2Memory::range).toList());
        assertEquals(
                memory,
                joined(handoff.e820().stream()
                        .map(entry -> GpaRange.ofSize(entry.addr(), entry.size()))
                        .toList()));
        List<GpaRange> partition = joined(tree.partition().stream()
                .filter(piece -> piece.host().isPresent())
                .map(BootTree.PartitionMemory::range)
                .toList());
        config.ram()
                .forEach(ram -> assertTrue(
                        partition.stream().anyMatch(piece -> piece.contains(ram.range())), "RAM is missing: " + ram));
        assertEquals(1, count(tree, MemoryVtlType.VTL2_PERSISTED_STATE_HEADER));
        assertEquals(1, count(tree, MemoryVtlType.VTL2_PERSISTED_STATE_PROTOBUF));
        boolean pool = count(tree, MemoryVtlType.VTL2_GPA_POOL) > 0;
        String commandLine = handoff.commandLine().toUtf8();
        assertTrue(commandLine.contains(pool ? "host,privatepool " : "host,noprivatepool "), commandLine);
        long reserved = handoff.e820().stream()
                .filter(entry -> entry.type() != E820Entry.RAM)
                .mapToLong(E820Entry::size)
                .sum();
        long listed = tree.reservations().stream().mapToLong(GpaRange::size).sum();
        assertEquals(listed, reserved, "the kernel hears of reserved memory in both ways");
    }

    private static long count(BootTree tree, MemoryVtlType type) {
        return tree.partition().stream().filter(piece -> piece.type() == type).count();
    }

    /** Ranges that touch are one. */
    private static List<GpaRange> joined(List<GpaRange> ranges) {
        List<GpaRange> joined = new ArrayList<>();
        for (GpaRange range : ranges) {
            int last = joined.size() - 1;
            if (last >= 0 && joined.get(last).end() == range.start()) {
                joined.set(last, new GpaRange(joined.get(last).start(), range.end()));
            } else {
                joined.add(range);
            }
        }
        return joined;
    }
}
