package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.GpaProtection;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.cli.boot.Boot;
import dev.igvmtool.cli.boot.BootOptions;
import dev.igvmtool.cli.boot.BootOutcome;
import dev.igvmtool.cli.boot.BootOutcome.Result;
import dev.igvmtool.cli.boot.StageOverlays;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.memory.PartitionMemory;
import dev.igvmtool.machine.partition.Isolation;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The golden images of OpenHCL with stage programs in place of all of their executables, to a guest in VTL0: what that
 * finds about its machine, and what it can reach.
 */
class GoldenBootIT {
    private static final String FIRMWARE = "guest: hello from VTL0, in place of firmware";
    private static final String LINUX = "guest: hello from VTL0, ";
    private static final String FORCE_LINUX = "OPENHCL_FORCE_LOAD_VTL0_IMAGE=linux";
    private static final long MEMORY = 2L << 30;
    private static final long MAX_TURNS = 50_000_000;
    private static final long MIB = 1 << 20;
    private static final int PAGE_SHIFT = 12;

    /**
     * An image with its platform and what comes of it.
     *
     * @param says what the guest prints, or why there is none
     */
    private record Case(String image, Isolation isolation, String commandLine, boolean boots, String says) {
        Case(String image, Isolation isolation, String says) {
            this(image, isolation, "", says.startsWith("guest: "), says);
        }
    }

    private static final List<Case> CASES = List.of(
            new Case("openhcl-x64-release", Isolation.NONE, FIRMWARE),
            new Case("openhcl-x64-dev", Isolation.NONE, FIRMWARE),
            new Case("openhcl-x64-direct-release", Isolation.NONE, LINUX),
            new Case("openhcl-x64-direct-dev", Isolation.NONE, LINUX),
            new Case("base-fixed", Isolation.NONE, FIRMWARE),
            new Case("linux-noinitrd", Isolation.NONE, FORCE_LINUX, true, LINUX),
            new Case("openhcl-x64-cvm-release", Isolation.VBS, FIRMWARE),
            new Case("openhcl-x64-cvm-release", Isolation.SNP, FIRMWARE),
            new Case("openhcl-x64-cvm-release", Isolation.TDX, FIRMWARE),
            new Case("openhcl-x64-cvm-dev", Isolation.VBS, FIRMWARE),
            new Case("openhcl-x64-cvm-dev", Isolation.SNP, FIRMWARE),
            new Case("openhcl-x64-cvm-dev", Isolation.TDX, FIRMWARE),
            new Case("tdx-debug", Isolation.TDX, FIRMWARE),
            // These have nothing for VTL0, or something that the paravisor does not take.
            new Case("linux-noinitrd", Isolation.NONE, "does not support UEFI: supported bits are 0x4"),
            new Case("reloc-minimal", Isolation.NONE, "does not support UEFI: supported bits are 0x0"),
            new Case("static-cmdline", Isolation.NONE, "unknown argument \"init\""),
            new Case("vbs-only", Isolation.VBS, "does not support UEFI: supported bits are 0x0"),
            new Case("snp-restricted", Isolation.SNP, "does not support UEFI: supported bits are 0x0"),
            new Case("policy-sivm", Isolation.SNP, "holds a product policy of 32 bytes"));

    /** A case with a number of processors. */
    private record Run(Case of, int vps) {
        @Override
        public String toString() {
            return of.image + " " + of.isolation + " " + of.commandLine + " on " + vps;
        }
    }

    static List<Run> runs(boolean boots) {
        List<Run> runs = new ArrayList<>();
        for (Case golden : CASES) {
            for (int vps : golden.boots ? new int[] {1, 4, 64} : new int[] {4}) {
                if (golden.boots == boots) {
                    runs.add(new Run(golden, vps));
                }
            }
        }
        return runs;
    }

    static List<Run> booting() {
        return runs(true);
    }

    static List<Run> failing() {
        return runs(false);
    }

    private static BootOutcome boot(Run run) throws IOException {
        byte[] image = Files.readAllBytes(
                SharedTestData.require("golden/cases/" + run.of.image + "/expected/" + run.of.image + ".bin"));
        VmConfig config = VmConfig.builder()
                .topology(run.vps, MEMORY, 1)
                .isolation(run.of.isolation)
                .commandLine(run.of.commandLine)
                .build();
        BootOptions options = new BootOptions(StageOverlays.STAGES, Optional.empty(), MAX_TURNS);
        return new Boot(IgvmReader.read(Bytes.wrap(image)), config, options, List.of(), Optional.empty()).run();
    }

    @ParameterizedTest
    @MethodSource("booting")
    void guestFindsItsMachine(Run run) throws IOException {
        BootOutcome outcome = boot(run);
        assertEquals(Optional.empty(), outcome.failure());
        assertEquals(Result.GUEST_FINISHED, outcome.result());
        Machine machine = outcome.vm().machine();
        BootTree tree = BootTree.of(
                Fdt.parse(outcome.handoff().orElseThrow().kernelTree().orElseThrow()));
        List<GpaRange> vtl0 = tree.partition().stream()
                .filter(piece -> piece.type() == MemoryVtlType.VTL0)
                .map(BootTree.PartitionMemory::range)
                .toList();
        long ram = vtl0.stream().mapToLong(GpaRange::size).sum();
        boolean linux = run.of.says.equals(LINUX);
        GuestView guest =
                linux ? GuestView.ofLinux(machine.physicalMemory()) : GuestView.ofFirmware(machine.physicalMemory());
        String text = outcome.vm().guestConsole().text().toUtf8();
        assertTrue(text.contains(run.of.says), text);
        assertEquals(run.vps, guest.processors());
        // The pool that VTL2 shares with the host is VTL0's no more, and Linux is not told of the hole below 1 MiB.
        long own = ram - sharedBytes(machine.partition().memory(), vtl0);
        assertTrue(guest.ramBytes() <= own && guest.ramBytes() > own - MIB, guest.ramBytes() + " of " + own);
        assertEquals(run.of.isolation == Isolation.NONE, own == ram);
        if (linux) {
            assertTrue(text.contains(guest.ramBytes() / MIB + " MiB of RAM"), text);
            assertTrue(text.contains("command line \"" + guest.commandLine() + "\""), text);
        }
        assertReach(machine.partition().memory(), vtl0, tree);
    }

    private static long sharedBytes(PartitionMemory memory, List<GpaRange> ranges) {
        return ranges.stream()
                        .flatMapToLong(GoldenBootIT::pages)
                        .filter(page -> memory.pageState(page) == PageState.SHARED)
                        .count()
                << PAGE_SHIFT;
    }

    private static LongStream pages(GpaRange range) {
        return LongStream.range(range.start() >>> PAGE_SHIFT, range.end() >>> PAGE_SHIFT);
    }

    /** VTL0 reaches all that is its own, and nothing that VTL2 keeps to itself. */
    private static void assertReach(PartitionMemory memory, List<GpaRange> vtl0, BootTree tree) {
        vtl0.stream()
                .flatMapToLong(GoldenBootIT::pages)
                .forEach(
                        page -> assertEquals(GpaProtection.ALL, memory.allowed(0, page), () -> Long.toHexString(page)));
        List<GpaRange> vtl2 = tree.partition().stream()
                .filter(piece -> piece.type() == MemoryVtlType.VTL2_RAM)
                .map(BootTree.PartitionMemory::range)
                .toList();
        assertFalse(vtl2.isEmpty());
        vtl2.stream()
                .flatMapToLong(GoldenBootIT::pages)
                .filter(page -> memory.pageState(page) != PageState.SHARED)
                .forEach(page ->
                        assertEquals(GpaProtection.NONE, memory.allowed(0, page), () -> Long.toHexString(page)));
    }

    @ParameterizedTest
    @MethodSource("failing")
    void sayWhyThereIsNoGuest(Run run) throws IOException {
        BootOutcome outcome = boot(run);
        assertEquals(Result.FAILED, outcome.result());
        String reason = outcome.failure().orElseThrow().reason();
        assertTrue(reason.contains(run.of.says), reason);
        assertEquals("", outcome.vm().guestConsole().text().toUtf8());
    }
}
