package dev.igvmtool.kernelstub.arm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.arm.ProcessorState;
import dev.igvmtool.abi.arm.SystemRegister;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.ArmInitialVpContext;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.devicetree.binding.ArmMachine;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.devicetree.binding.CpuEntry;
import dev.igvmtool.devicetree.binding.GicEntry;
import dev.igvmtool.devicetree.binding.MemoryAllocation;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import dev.igvmtool.devicetree.binding.VmbusEntry;
import dev.igvmtool.kernelstub.KernelMessages;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.StopReason;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.machine.guest.StageImage;
import dev.igvmtool.machine.partition.PartitionConfig;
import dev.igvmtool.machine.partition.PartitionState;
import dev.igvmtool.machine.vp.RunState;
import dev.igvmtool.machine.vp.VpState;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ArmKernelStubTest {
    private static final long IMAGE = 0x20_0000;
    private static final long TREE = 0x40_0010;
    private static final long INITRD = 0x50_0000;
    private static final GpaRange RAM = new GpaRange(0, 0x100_0000);
    private static final int CPUS = 3;

    /** One file, {@code init}, and the trailer. */
    private static final Bytes ARCHIVE = Bytes.utf8(entry("init", 1) + "#\0\0\0" + entry("TRAILER!!!", 0));

    private static String entry(String name, int size) {
        String header = String.format(
                "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
                1, 0x81ed, 0, 0, 1, 0, size, 0, 0, 0, 0, name.length() + 1, 0);
        String text = header + name + "\0";
        return text + "\0".repeat((4 - text.length() % 4) % 4);
    }

    private static BootTree tree(String bootargs, long initrdBytes) {
        return tree(bootargs, initrdBytes, 0, 1, 2);
    }

    private static BootTree tree(String bootargs, long initrdBytes, long... cpus) {
        Optional<BootTree.HostMemory> host = Optional.of(new BootTree.HostMemory(0, 3));
        return new BootTree(
                0,
                List.of(new GpaRange(0, 0x1000)),
                Optional.empty(),
                Optional.empty(),
                false,
                LongStream.of(cpus).mapToObj(id -> new CpuEntry(id, 0)).toList(),
                List.of(new BootTree.Vtl2Memory(RAM, 0)),
                new VmbusEntry(List.of(), 4),
                List.of(),
                TreeIsolation.NONE,
                MemoryAllocation.HOST,
                OptionalLong.empty(),
                List.of(
                        new BootTree.PartitionMemory(
                                new GpaRange(0, 0x1000), MemoryVtlType.VTL2_PERSISTED_STATE_HEADER, host),
                        new BootTree.PartitionMemory(
                                new GpaRange(0x1000, 0x2000), MemoryVtlType.VTL2_PERSISTED_STATE_PROTOBUF, host)),
                List.of(),
                Optional.empty(),
                Optional.of(new ArmMachine(
                        GicEntry.standard(CPUS),
                        ArmMachine.DEFAULT_PMU_INTERRUPT,
                        Optional.empty(),
                        bootargs,
                        GpaRange.ofSize(INITRD, initrdBytes))));
    }

    private static Machine machine(Bytes tree, long image) {
        ArmKernelStub kernel = new ArmKernelStub();
        PartitionConfig config = PartitionConfig.builder()
                .architecture(Architecture.AARCH64)
                .vpCount(CPUS)
                .ram(List.of(RAM))
                .build();
        Machine machine = new Machine(config, new Programs(List.of(kernel)));
        machine.physicalMemory().writeBytes(image, StageImage.arm64Image(kernel));
        machine.physicalMemory().writeBytes(TREE, tree);
        machine.physicalMemory().writeBytes(INITRD, ARCHIVE);
        machine.vp(0).enableVtl(2);
        for (int vp = 1; vp < CPUS; vp++) {
            machine.vp(vp).enableVtl(2, ArmInitialVpContext.ZERO);
        }
        VpState state = machine.vp(0).mutableState();
        state.vtl(2).rip = image;
        state.setX(0, TREE);
        machine.vp(0).start(2, -1);
        return machine;
    }

    private static Machine machine() {
        return machine(tree("rdinit=/init", ARCHIVE.size()).toFdt(), IMAGE);
    }

    private static String log(Machine machine) {
        assertEquals(StopReason.IDLE, machine.run(1000));
        assertEquals(RunState.HALTED, machine.vp(0).runState());
        Record kept =
                machine.partition().state().keptBy(new ArmKernelStub().number()).orElseThrow();
        return KernelMessages.of(kept, machine.physicalMemory());
    }

    private static void panics(String expected, Machine machine) {
        String log = log(machine);
        assertTrue(log.contains("0,"), log);
        assertTrue(log.contains("Kernel panic - not syncing: " + expected), log);
        assertTrue(machine.partition().state().crash[PartitionState.crashIndex(2, 5)] < 0, "the host is told");
    }

    @Test
    void comesToTheFirstProcessWithAllProcessors() {
        Machine machine = machine();
        String log = log(machine);
        for (String part : List.of(
                "Booting Linux on physical CPU 0x0000000000",
                "Command line: rdinit=/init",
                "Memory: 16380K/16384K available",
                "CPU2: Booted secondary processor 0x0000000002",
                "Brought up 3 CPUs",
                "initrd: 1 entries",
                "/init is there, and is not run")) {
            assertTrue(log.contains(part), part + " is not in " + log);
        }
        assertTrue(!log.contains("not masked"), log);
        assertEquals(0, machine.partition().state().crash[PartitionState.crashIndex(2, 5)]);
        for (int vp = 0; vp < CPUS; vp++) {
            assertEquals(RunState.HALTED, machine.vp(vp).runState());
        }
    }

    @Test
    void namesAllThatIsAgainstTheBootProtocol() {
        Machine machine = machine(tree("", 0).toFdt(), IMAGE + 0x1000);
        VpState state = machine.vp(0).mutableState();
        state.setX(1, 7);
        state.setX(3, 9);
        state.setX(0, TREE + 4);
        panics(
                "the boot protocol is broken: X1 is 0x7, expected 0; X3 is 0x9, expected 0; the image is at 0x201000,"
                        + " expected 0x0 from a multiple of 2 MiB; X0 is 0x400014, expected a device tree at a multiple"
                        + " of 8",
                machine);
    }

    @Test
    void translationMustBeOff() {
        Machine machine = machine();
        var arm = machine.vp(0).mutableState().vtl(2).arm();
        // One block of 1 GiB that maps everything onto itself.
        machine.physicalMemory().writeU64(0x60_0000, 0x60_1003);
        machine.physicalMemory().writeU64(0x60_1000, 0x701);
        arm.set(SystemRegister.TTBR0_EL1, 0x60_0000);
        arm.set(SystemRegister.TCR_EL1, 0x5_8080_3511L);
        arm.set(SystemRegister.SCTLR_EL1, 0x30d0_1805L);
        panics("the boot protocol is broken: translation is on: SCTLR_EL1 is 0x30d01805", machine);
    }

    @Test
    void interruptsThatAreNotMaskedAreAWarning() {
        Machine machine = machine();
        machine.vp(0).mutableState().vtl(2).arm().pstate = ProcessorState.EL1H;
        assertTrue(log(machine).contains("4,2,0,-;interrupts are not masked at entry: PSTATE 0x5"));
    }

    @Test
    void refusesTreesThatAreNone() {
        panics("invalid device tree at 0x400010: magic 0x00000000", machine(Bytes.zeros(64), IMAGE));
        byte[] large = tree("", 0).toFdt().toByteArray();
        large[5] = 0x20;
        large[7] = 1;
        panics("invalid device tree at 0x400010: magic 0xd00dfeed and 0x20", machine(Bytes.wrap(large), IMAGE));
        byte[] broken = tree("", 0).toFdt().toByteArray();
        broken[8] = 1;
        panics("invalid device tree at 0x400010: ", machine(Bytes.wrap(broken), IMAGE));
    }

    @Test
    void refusesAnInitrdWithoutTheFirstProcess() {
        panics(
                "the initrd has no /sbin/init",
                machine(tree("rdinit=/sbin/init", ARCHIVE.size()).toFdt(), IMAGE));
        panics("the initrd has no /init", machine(tree("", 0).toFdt(), IMAGE));
        Machine damaged = machine();
        damaged.physicalMemory().writeU8(INITRD, 'x');
        panics("an archive starts with byte 0x78", damaged);
    }

    @Test
    void aProcessorThatDoesNotComeIsAnError() {
        String log = log(machine(tree("rdinit=/init", ARCHIVE.size(), 0, 9, 2).toFdt(), IMAGE));
        assertTrue(log.contains("3,5,0,-;CPU1: failed to boot: -2"), log);
        assertTrue(log.contains("CPU2: Booted secondary processor 0x0000000002"), log);
        assertTrue(log.contains("/init is there"), log);
    }
}
