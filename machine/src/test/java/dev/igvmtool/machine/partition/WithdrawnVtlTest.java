package dev.igvmtool.machine.partition;

import static dev.igvmtool.machine.TestMachines.codeOf;
import static dev.igvmtool.machine.TestMachines.contextAt;
import static dev.igvmtool.machine.TestMachines.setRegister;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.HvSelf;
import dev.igvmtool.abi.hv.InstallInterceptInput;
import dev.igvmtool.abi.hv.InterceptHeader;
import dev.igvmtool.abi.hv.InterceptType;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.abi.hv.VpAssistPage;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Snapshot;
import dev.igvmtool.machine.StopReason;
import dev.igvmtool.machine.TestMachines;
import dev.igvmtool.machine.TwoVtls;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.vp.RunState;
import dev.igvmtool.machine.vp.Vp;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class WithdrawnVtlTest {
    private static final int HOST = -1;
    private static final int ANSWER = 0x55;

    private record Kept(int value) {}

    /** VTL0 reads an MSR that VTL2 answers; an instance that follows another one puts the answer back, as it saved it. */
    private static TwoVtls readingMsr() {
        return new TwoVtls(
                TestMachines.config().build(),
                cpu -> {
                    cpu.keep(new Kept(1));
                    TestMachines.hypercall(
                            cpu,
                            0x4d,
                            InstallInterceptInput.CODEC.toBytes(
                                    new InstallInterceptInput(HvSelf.PARTITION, 3, InterceptType.MSR, 0)));
                    cpu.set(Gpr.RDX, ANSWER);
                },
                WithdrawnVtlTest::answer,
                cpu -> {
                    cpu.keep(new Kept(2));
                    cpu.set(Gpr.RBX, cpu.readMsr(0xc001_0130) >>> Integer.SIZE);
                },
                Cpu::halt);
    }

    private static void answer(Cpu cpu) {
        HvMessage message = HvMessage.CODEC.read(new VpAssistPage(cpu.memory(), TwoVtls.ASSIST).message());
        InterceptHeader header = InterceptHeader.CODEC.read(message.payload());
        setRegister(cpu, TargetVtl.explicit(0).value(), RegisterName.RIP, header.rip() + header.instructionLength());
        cpu.set(Gpr.RDX, ANSWER);
    }

    private static void replaceVtl2(Machine machine) {
        machine.partition().withdrawVtl(2);
        Vp vp = machine.vp(0);
        assertFalse(vp.state().hasVtl(2));
        assertEquals(0, vp.vtl());
        assertEquals(RunState.WAITING_FOR_START, vp.runState());
        assertEquals(StopReason.IDLE, machine.run(10), "nobody runs before the host says so");
        assertEquals(0, machine.partition().state().guestOsId[2]);
        vp.enableVtl(2);
        vp.start(2, contextAt(codeOf(1)), HOST);
    }

    private static void assertAnswered(TwoVtls guest) {
        guest.machine.run(100);
        assertEquals(ANSWER, guest.machine.vp(0).state().gpr(0, Gpr.RBX));
        assertEquals(1, guest.messages.size(), "the access is told once");
        assertEquals(0, guest.machine.vp(0).vtl());
        assertEquals(RunState.HALTED, guest.machine.vp(0).runState());
    }

    @Test
    void whatTheOldInstanceHasAnsweredIsNotAskedAgain() {
        TwoVtls guest = readingMsr();
        guest.machine.run(100, unused -> !guest.messages.isEmpty());

        replaceVtl2(guest.machine);
        assertAnswered(guest);
    }

    @Test
    void whatTheOldInstanceHasNotAnsweredIsAskedAgain() {
        TwoVtls guest = readingMsr();
        List<MachineEvent> events = TestMachines.record(guest.machine);
        Predicate<Machine> intercepted = unused -> events.stream().anyMatch(MachineEvent.Intercept.class::isInstance);
        guest.machine.run(100, intercepted);
        assertTrue(guest.messages.isEmpty());

        replaceVtl2(guest.machine);
        assertAnswered(guest);
    }

    @Test
    void privateRecordsOfTheVtlAreForgotten() {
        TwoVtls guest = readingMsr();
        guest.machine.run(100);
        PartitionState state = guest.machine.partition().state();
        assertEquals(Optional.of(new Kept(1)), state.keptBy(1));

        guest.machine.partition().withdrawVtl(2);
        assertEquals(Optional.empty(), state.keptBy(1));
        assertEquals(Optional.of(new Kept(2)), state.keptBy(2));
    }

    @Test
    void otherProcessorsWaitToBeStartedAgain() {
        TwoVtls guest = new TwoVtls(
                TestMachines.config().vpCount(2).build(), cpu -> {}, cpu -> {}, cpu -> cpu.set(Gpr.RBX, 1), Cpu::halt);
        Vp second = guest.machine.vp(1);
        second.enableVtl(2);
        second.start(2, contextAt(codeOf(2)), 0);
        assertEquals(RunState.RUNNING, second.runState());

        guest.machine.partition().withdrawVtl(2);
        second.enableVtl(2);
        assertEquals(RunState.WAITING_FOR_START, second.runState());
        second.start(2, contextAt(codeOf(2)), 0);
        assertEquals(RunState.RUNNING, second.runState());
        assertTrue(second.canTakeTurn());
    }

    @Test
    void snapshotsKnowWhoIsHeld() {
        TwoVtls guest = readingMsr();
        guest.machine.run(100, unused -> !guest.messages.isEmpty());
        guest.machine.partition().withdrawVtl(2);
        Snapshot held = guest.machine.snapshot();
        guest.machine.vp(0).enableVtl(2);
        guest.machine.vp(0).start(2, contextAt(codeOf(1)), HOST);
        guest.machine.run(100);

        guest.machine.restore(held);
        assertEquals(RunState.WAITING_FOR_START, guest.machine.vp(0).runState());
        guest.machine.vp(0).enableVtl(2);
        guest.machine.vp(0).start(2, contextAt(codeOf(1)), HOST);
        assertAnswered(guest);
    }
}
