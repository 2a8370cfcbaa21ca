package dev.igvmtool.kernelstub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.tdx.TdVmCall;
import dev.igvmtool.abi.x64.TdxTrampolineContext;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.machine.StopReason;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.partition.HostConduct;
import dev.igvmtool.machine.partition.Isolation;
import dev.igvmtool.machine.partition.PartitionState;
import dev.igvmtool.machine.vp.RunState;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel's start in a trust domain. */
class TdxKernelTest {
    private static final int LIMIT = 50_000;
    private static final int CRASH_CTL = 5;

    private static KernelMachine.Builder td() {
        return KernelMachine.builder().isolation(Isolation.TDX);
    }

    private static String log(KernelMachine kernel) {
        return KernelMessages.of(
                kernel.machine
                        .partition()
                        .state()
                        .keptBy(new KernelStub().number())
                        .orElseThrow(),
                kernel.machine.physicalMemory());
    }

    @Test
    void callsProcessorsThroughTheMailbox() {
        KernelMachine kernel = td().vps(3).build();
        assertEquals(StopReason.IDLE, kernel.machine.run(LIMIT), kernel::trouble);

        String log = log(kernel);
        assertTrue(log.contains("smp: Brought up 3 of 3 CPUs"), log);
        assertTrue(log.contains("Kernel panic - not syncing: No working init found"), log);
        assertEquals(0, kernel.machine.physicalMemory().readU16(TdxTrampolineContext.GPA));
        long kernelTables = kernel.machine.vp(0).state().active().cr3;
        for (int vp = 1; vp < 3; vp++) {
            assertEquals(RunState.HALTED, kernel.machine.vp(vp).runState());
            assertEquals("kernel-stub:idle", kernel.lastStepOf(vp));
            assertEquals(kernelTables, kernel.machine.vp(vp).state().active().cr3);
        }
        long first = kernel.steps().stream()
                .filter("kernel-stub:mailbox-entry"::equals)
                .count();
        assertEquals(2, first);
    }

    @Test
    void processorsLeaveNoIdentityMapBehind() {
        KernelMachine kernel = td().vps(2).build();
        kernel.machine.run(LIMIT);

        assertTrue(kernel.machine.vp(1).peek(KernelMap.TEXT, 8).isPresent());
        assertFalse(kernel.machine.vp(1).peek(KernelMachine.KERNEL, 8).isPresent());
    }

    @Test
    void onlyOrderedProcessorsAreCalled() {
        KernelMachine kernel = td().vps(3)
                .commandLine(KernelMachine.COMMAND_LINE + " boot_cpus=0,2")
                .build();
        assertEquals(StopReason.IDLE, kernel.machine.run(LIMIT), kernel::trouble);

        assertTrue(log(kernel).contains("smp: Brought up 2 of 3 CPUs"), log(kernel));
        assertEquals("", kernel.lastStepOf(1));
        assertEquals("kernel-stub:idle", kernel.lastStepOf(2));
    }

    @Test
    void onlyTheExchangePagesAreShared() {
        KernelMachine kernel = td().vps(2).build();
        kernel.machine.run(LIMIT);

        List<Long> shared = LongStream.range(0, KernelMachine.RAM_END >>> 12)
                .filter(page -> kernel.machine.partition().memory().pageState(page) == PageState.SHARED)
                .boxed()
                .toList();
        assertEquals(4, shared.size());
    }

    @Test
    void needsTheMailboxOfTheDeviceTree() {
        KernelMachine kernel = td().vps(2).withoutMailbox().build();
        kernel.machine.run(LIMIT);

        assertTrue(
                log(kernel)
                        .contains("Kernel panic - not syncing: the device tree has no mailbox to start processors"
                                + " of a trust domain"),
                log(kernel));
        assertEquals("", kernel.lastStepOf(1));
    }

    @Test
    void aPanicIsToldByTheCrashRegistersWithoutText() {
        KernelMachine kernel = td().build();
        kernel.machine.run(LIMIT);

        long[] crash = kernel.machine.partition().state().crash;
        assertEquals(1L << 63, crash[PartitionState.crashIndex(2, CRASH_CTL)]);
        assertEquals(0, crash[PartitionState.crashIndex(2, 3)]);
    }

    /** A host that ends one kind of request in its own way. */
    private record Liar(int function, long status) implements HostConduct {
        @Override
        public long vmcall(long asked, long truth) {
            return asked == function ? status : truth;
        }
    }

    /** A host that wants to be asked again must say where to go on. */
    @ParameterizedTest
    @ValueSource(longs = {TdVmCall.OPERAND_INVALID, TdVmCall.RETRY, 7})
    void panicsIfPagesAreNotShared(long status) {
        KernelMachine kernel = td().conduct(new Liar(TdVmCall.MAP_GPA, status)).build();
        kernel.machine.run(LIMIT);

        assertTrue(log(kernel).contains("Kernel panic - not syncing: the host does not share pages"), log(kernel));
        assertEquals(RunState.HALTED, kernel.machine.vp(0).runState());
    }

    @Test
    void aRequestThatTheHostRefusesIsAFaultOfTheKernel() {
        KernelMachine kernel = td().conduct(new Liar(TdVmCall.WRITE_MSR, TdVmCall.OPERAND_INVALID))
                .build();
        kernel.machine.run(LIMIT);

        assertTrue(
                kernel.events.stream()
                        .anyMatch(event -> event instanceof MachineEvent.Fault fault
                                && fault.message().contains("the host does not do WRMSR")),
                kernel::trouble);
        assertEquals("kernel-stub:panic-halt", kernel.lastStepOf(0));
    }
}
