package dev.igvmtool.cli.debug;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.debugger.Condition;
import dev.igvmtool.debugger.Condition.Access;
import dev.igvmtool.debugger.Condition.Place;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.History;
import dev.igvmtool.debugger.HistoryLimits;
import dev.igvmtool.debugger.Moment;
import dev.igvmtool.debugger.Stop;
import dev.igvmtool.debugger.Writer;
import dev.igvmtool.debugger.view.Located;
import dev.igvmtool.debugger.view.ShimImage;
import dev.igvmtool.debugger.view.Structures;
import dev.igvmtool.debugger.view.ViewNode;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.partition.Isolation;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The structures that a boot of the sample leaves, and who wrote them. */
class StructuresOfABootTest {
    private final Debugger debugger;
    private final Structures structures;

    StructuresOfABootTest() {
        Machine machine = SampleBoot.machine(4);
        debugger = new Debugger(new History(machine, HistoryLimits.DEFAULT), List.of());
        structures = new Structures(debugger, ShimImage.find(machine));
    }

    private void goToKernelEntry() {
        debugger.goTo(structures.kernelEntryTurn().orElseThrow());
    }

    private ViewNode view(String name) {
        return structures.view(structures.find(name).orElseThrow());
    }

    private String next() {
        return debugger.now()
                .next()
                .orElseThrow()
                .step()
                .map(Moment.ProgramStep::toString)
                .orElse("");
    }

    @Test
    void allThatTheKernelIsGivenIsFound() {
        goToKernelEntry();
        assertEquals("kernel-stub/entry", next());
        Set<String> names = new TreeSet<>();
        structures.all().forEach(located -> names.add(located.name()));
        assertTrue(
                names.containsAll(Set.of(
                        "shim-params",
                        "measured-command-line",
                        "host-tree",
                        "imported-regions",
                        "measured-vtl2-config",
                        "measured-vtl0-config",
                        "shim-log",
                        "boot-params",
                        "e820",
                        "command-line",
                        "setup-data",
                        "kernel-tree",
                        "sidecar-params",
                        "sidecar-output",
                        "control-page-0",
                        "control-page-1",
                        "command-page-3")),
                names.toString());
        assertEquals(names.size(), structures.all().size(), "names are unique");
        assertEquals(
                "REMOVED IDLE",
                view("control-page-1").find("cpu_status").orElseThrow().text());
        assertTrue(view("shim-log").children().size() > 5);
        assertEquals(
                "2", view("sidecar-params").find("node_count").orElseThrow().text());
    }

    /** The shim's last hypercall before it jumps started VP 3, or another: its input still lies where RDX leads. */
    @Test
    void inputOfTheLastHypercallIsFoundByRegisters() {
        Stop stop = debugger.runTo(
                new Condition.OnHypercall(OptionalInt.of(HypercallCode.START_VIRTUAL_PROCESSOR.code())),
                Long.MAX_VALUE);
        int vp = stop.hits().get(0).vp();
        Located input = structures.find("hypercall-input-vp" + vp).orElseThrow();
        assertEquals("start-virtual-processor-input", input.type().name());
        MachineEvent.HypercallDone call =
                (MachineEvent.HypercallDone) stop.hits().get(0).event().orElseThrow();
        assertEquals(
                call.input(),
                debugger.machine()
                        .physicalMemory()
                        .readBytes(input.gpa(), call.input().size()));
    }

    /** What only SNP has. */
    @Test
    void pagesOfSnpAreFound() {
        VmConfig config = VmConfig.builder()
                .topology(2, 1L << 30, 1)
                .isolation(Isolation.SNP)
                .build();
        Machine machine = SampleBoot.machine("openhcl-cvm", config);
        Structures snp = new Structures(
                new Debugger(new History(machine, HistoryLimits.DEFAULT), List.of()), ShimImage.find(machine));
        ViewNode vmsa = snp.view(snp.find("vmsa").orElseThrow());
        assertEquals(
                machine.vp(0).state().active().rip,
                vmsa.find("rip").orElseThrow().number().orElseThrow());
        assertEquals(
                "VMSA, state save area",
                snp.find("vmsa-vp0-vtl2").orElseThrow().type().title());
        assertTrue(snp.view(snp.find("cpuid-page").orElseThrow()).children().size() > 5);
        assertTrue(
                snp.view(snp.find("secrets-page").orElseThrow()).find("vmpck0").isPresent());
    }

    @Test
    void addressesAreNamedByTheFieldThatLiesThere() {
        goToKernelEntry();
        Located bootParams = structures.find("boot-params").orElseThrow();
        assertEquals(
                "boot-params.e820_table[1].size",
                structures.nameOf(bootParams.gpa() + 0x2d0 + 20 + 8).orElseThrow());
        Place mode = structures.place("kernel-tree/openhcl:memory-allocation-mode");
        assertEquals(
                "kernel-tree/openhcl:memory-allocation-mode",
                structures.nameOf(mode.gpa().orElseThrow() + 3).orElseThrow());
        IgvmToolException missing =
                assertThrows(IgvmToolException.class, () -> structures.place("boot-params.nothing"));
        assertEquals("boot-params has no field nothing", missing.getMessage());
        assertThrows(IgvmToolException.class, () -> structures.place("nobody.knows"));
    }

    @Test
    void structuresThatComeLaterAreKnownBefore() {
        assertEquals(0, debugger.now().turn());
        Place place = structures.place("boot-params.ramdisk_image");
        assertEquals(0, debugger.now().turn());
        Stop stop = debugger.runTo(new Condition.OnMemory(place, Access.WRITE), Long.MAX_VALUE);
        assertEquals(Stop.Reason.HIT, stop.reason());
    }

    /** Who wrote the E820 entry of a given range? */
    @Test
    void stepThatWroteAnEntryOfTheMemoryMapIsFound() {
        goToKernelEntry();
        long poolGpa = 0x1780_0000L;
        ViewNode entry = view("e820").children().stream()
                .filter(node -> node.text().startsWith(String.format("0x%x-", poolGpa)))
                .findFirst()
                .orElseThrow(() -> new AssertionError(view("e820").toString()));
        List<Writer> writers = debugger.whoWrote(GpaRange.ofSize(entry.gpa(), entry.sizeBytes()));

        assertEquals(1, writers.size());
        assertEquals(Writer.Kind.PROGRAM, writers.get(0).kind());
        assertEquals(
                "boot-shim/write-boot-params (S38)",
                writers.get(0).step().orElseThrow().toString());
        debugger.goTo(writers.get(0).turn());
        assertEquals("boot-shim/write-boot-params (S38)", next());
    }

    /** From the kernel's entry back to the step that chose the address of the initrd. */
    @Test
    void runsBackToTheStepThatChoseTheInitrdAddress() {
        goToKernelEntry();
        Place place = structures.place("boot-params.ramdisk_image");
        Stop stop = debugger.runBackTo(new Condition.OnMemory(place, Access.WRITE));

        assertEquals(Stop.Reason.HIT, stop.reason());
        assertEquals("boot-shim/write-boot-params (S38)", next());
        assertEquals(0, debugger.machine().physicalMemory().readU32(place.gpa().orElseThrow()));
        debugger.step(1);
        assertEquals(
                0x850_e000L,
                debugger.machine().physicalMemory().readU32(place.gpa().orElseThrow()));
    }

    /** A watchpoint on the bytes of a property of the device tree. */
    @Test
    void watchesThePropertyOfADeviceTree() {
        goToKernelEntry();
        Place place = structures.place("kernel-tree/openhcl:memory-allocation-mode");
        Stop written = debugger.runBackTo(new Condition.OnMemory(place, Access.WRITE));
        assertEquals("boot-shim/write-device-tree (S41)", next());
        assertTrue(
                written.hits().get(0).detail().startsWith("write of kernel-tree/openhcl:memory-allocation-mode at GPA"),
                written.hits().get(0).detail());
        debugger.step(2);
        debugger.runTo(new Condition.OnMemory(place, Access.READ), Long.MAX_VALUE);
        assertEquals(
                "kernel-stub",
                debugger.now().next().orElseThrow().step().orElseThrow().program());
    }

    /** Two VPs that wait in the loop of the sidecar, stepped separately. */
    @Test
    void stepsTwoVpsInTheLoopOfTheSidecar() {
        debugger.runTo(new Condition.AtStep("sidecar", "take-command", OptionalInt.of(1)), Long.MAX_VALUE);
        long turn = debugger.now().turn();
        long ripOf1 = rip(1);
        long ripOf3 = rip(3);
        debugger.stepVp(1);
        assertTrue(rip(1) != ripOf1);
        assertEquals(ripOf3, rip(3), "the other one waits for a command of its own");

        debugger.stepVp(3);
        long after = debugger.now().turn();
        debugger.stepBackVp(3);
        assertEquals(after - 1, debugger.now().turn());
        assertEquals(3, debugger.now().next().orElseThrow().vp());
        assertEquals(
                "sidecar",
                debugger.now().next().orElseThrow().step().orElseThrow().program());
        assertEquals(ripOf3, rip(3));
        debugger.stepBackVp(1);
        assertEquals(1, debugger.now().next().orElseThrow().vp());
        assertTrue(debugger.now().turn() > turn);
    }

    private long rip(int vp) {
        return debugger.machine().vp(vp).state().active().rip;
    }
}
