package dev.igvmtool.machine.vp;

import static dev.igvmtool.machine.TestMachines.RAM_BYTES;
import static dev.igvmtool.machine.TestMachines.codeOf;
import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.program;
import static dev.igvmtool.machine.TestMachines.running;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.tdx.TdxMailboxPage;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.TdxTrampolineContext;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Snapshot;
import dev.igvmtool.machine.StopReason;
import dev.igvmtool.machine.TestMachines;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Isolation;
import java.util.List;
import org.junit.jupiter.api.Test;

class TdxMailboxTest {
    private static final GpaRange RESET_PAGE = GpaRange.ofSize(TdxTrampolineContext.GPA, 0x1000);
    private static final int CONTEXT_CR0 = 0x78;
    private static final int CONTEXT_CR3 = 0x80;
    private static final int CONTEXT_CR4 = 0x88;
    private static final int CONTEXT_RSI = 0x50;

    /** VP 1 and 2 wait; VP 0 runs the first program, the others the second one when they are called. */
    private static Machine machine(Program1 first) {
        Machine machine = running(
                config().isolation(Isolation.TDX)
                        .vpCount(3)
                        .ram(List.of(new GpaRange(0, RAM_BYTES), RESET_PAGE))
                        .build(),
                program(1, first::run, Cpu::halt),
                program(2, Cpu::halt));
        PhysicalMemory memory = machine.physicalMemory();
        memory.writeU64(TdxTrampolineContext.GPA + CONTEXT_CR0, 0x8000_0021L);
        memory.writeU64(TdxTrampolineContext.GPA + CONTEXT_CR3, TestMachines.PAGE_TABLES);
        memory.writeU64(TdxTrampolineContext.GPA + CONTEXT_CR4, 0x660);
        memory.writeU64(TdxTrampolineContext.GPA + CONTEXT_RSI, 0x4321);
        for (int vp = 1; vp < 3; vp++) {
            machine.vp(vp).enableVtl(2);
            machine.vp(vp).start(2, 0);
            TdxMailbox.await(machine.vp(vp).mutableState().vtl(2));
        }
        return machine;
    }

    private interface Program1 {
        void run(Cpu cpu);
    }

    private static void call(Cpu cpu, long apicId) {
        TdxMailboxPage mailbox = new TdxMailboxPage(cpu.memory(), TdxTrampolineContext.GPA);
        mailbox.setApicId(apicId);
        mailbox.setWakeupVector(codeOf(2));
        mailbox.setCommand(TdxMailboxPage.WAKE_UP);
    }

    private static Bytes pageOf(Machine machine) {
        return machine.physicalMemory().readBytes(TdxTrampolineContext.GPA, 0x1000);
    }

    @Test
    void nobodyRunsWhoIsNotCalled() {
        Machine machine = machine(cpu -> {});

        assertEquals(StopReason.IDLE, machine.run(100));
        for (int vp = 1; vp < 3; vp++) {
            assertEquals(TdxMailbox.RESET_VECTOR, machine.vp(vp).rip());
            assertEquals(RunState.HALTED, machine.vp(vp).runState());
            assertEquals(0, machine.vp(vp).state().stepsRetired);
        }
    }

    @Test
    void theProcessorThatIsCalledGoesToTheVectorAndFreesTheMailbox() {
        Machine machine = machine(cpu -> call(cpu, 2));
        machine.run(100);

        assertEquals(1, machine.vp(2).state().stepsRetired);
        assertEquals(0, machine.vp(1).state().stepsRetired);
        assertEquals(codeOf(2) + 16, machine.vp(2).rip());
        assertEquals(2, machine.vp(2).get(Gpr.RCX));
        assertEquals(0x4321, machine.vp(2).get(Gpr.RSI));
        assertEquals(0, pageOf(machine).u16(0));
        assertEquals(codeOf(2), pageOf(machine).u64(0x28));
    }

    @Test
    void aMailboxThatTheHostCouldWriteCallsNobody() {
        Machine machine = machine(cpu -> {});
        call(machine.vp(0).cpu(), 1);
        long page = TdxTrampolineContext.GPA >>> 12;
        machine.partition().memory().setPageState(page, page + 1, PageState.SHARED);
        machine.run(100);

        assertEquals(0, machine.vp(1).state().stepsRetired);
    }

    @Test
    void aCallForAnUnknownProcessorIsNotTaken() {
        Machine machine = machine(cpu -> call(cpu, 77));

        assertEquals(StopReason.IDLE, machine.run(100));
        assertEquals(TdxMailboxPage.WAKE_UP, pageOf(machine).u16(0));
    }

    @Test
    void aRunReplaysFromASnapshotBeforeTheCallIsTaken() {
        Machine machine = machine(cpu -> call(cpu, 1));
        machine.run(1);
        Snapshot called = machine.snapshot();
        machine.run(100);
        Bytes page = pageOf(machine);

        machine.restore(called);
        assertEquals(TdxMailboxPage.WAKE_UP, pageOf(machine).u16(0));
        machine.run(100);
        assertEquals(page, pageOf(machine));
        assertEquals(1, machine.vp(1).state().stepsRetired);
    }
}
