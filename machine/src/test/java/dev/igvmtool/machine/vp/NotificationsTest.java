package dev.igvmtool.machine.vp;

import static dev.igvmtool.machine.TestMachines.codeOf;
import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.hypercall;
import static dev.igvmtool.machine.TestMachines.setRegister;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.hv.ApicEoiMessage;
import dev.igvmtool.abi.hv.ExceptionIntercept;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.InstallInterceptInput;
import dev.igvmtool.abi.hv.InterruptDeliverable;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.SintDeliverable;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.TestMachines;
import dev.igvmtool.machine.TwoVtls;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;
import org.junit.jupiter.api.Test;

class NotificationsTest {
    private static final int VTL0 = 0x10;
    private static final long SIMP = 0x6_0000;

    private static List<Integer> types(TwoVtls vtls) {
        return vtls.messages.stream().map(HvMessage::type).toList();
    }

    private static Step.Action want(long notifications) {
        return cpu -> assertEquals(0, setRegister(cpu, VTL0, RegisterName.DELIVERABILITY_NOTIFICATIONS, notifications));
    }

    @Test
    void sourceBecomesDeliverableWhenTheGuestUnmasksIt() {
        TwoVtls vtls = new TwoVtls(
                config().build(),
                want(0x4L << 48),
                cpu -> {},
                cpu -> cpu.writeMsr(0x4000_0083, SIMP | 1),
                cpu -> cpu.set(Gpr.R12, 1),
                cpu -> cpu.writeMsr(0x4000_0092, 0x55),
                cpu -> cpu.set(Gpr.R13, 1),
                Cpu::halt);
        vtls.machine.run(100);

        assertEquals(List.of(MessageType.SYNIC_SINT_DELIVERABLE), types(vtls), "once");
        SintDeliverable message =
                SintDeliverable.CODEC.read(vtls.messages.get(0).payload());
        assertEquals(4, message.sints());
        assertEquals(0, message.header().vtl());
        assertEquals(codeOf(2) + 3 * 16, message.header().rip(), "after the step that unmasked it");
        assertEquals(1, vtls.machine.vp(0).get(Gpr.R13), "the guest went on");
        assertEquals(0, vtls.machine.vp(0).state().vtl(0).deliverabilityNotifications);
    }

    @Test
    void takenSlotIsNotDeliverable() {
        TwoVtls vtls = new TwoVtls(
                config().build(),
                want(0x4L << 48),
                cpu -> {},
                cpu -> {
                    cpu.writeMsr(0x4000_0083, SIMP | 1);
                    cpu.memory().writeU32(SIMP + 0x200, 1);
                    cpu.writeMsr(0x4000_0092, 0x55);
                },
                cpu -> cpu.set(Gpr.R12, 1),
                cpu -> cpu.memory().writeU32(SIMP + 0x200, 0),
                Cpu::halt);
        vtls.machine.run(100);

        assertEquals(List.of(MessageType.SYNIC_SINT_DELIVERABLE), types(vtls));
        assertEquals(
                codeOf(2) + 3 * 16,
                SintDeliverable.CODEC
                        .read(vtls.messages.get(0).payload())
                        .header()
                        .rip());
    }

    @Test
    void interruptBecomesDeliverableWithTheFlag() {
        TwoVtls vtls = new TwoVtls(
                config().build(), want(2), cpu -> {}, cpu -> cpu.set(Gpr.R12, 1), Cpu::enableInterrupts, Cpu::halt);
        vtls.machine.run(100);

        assertEquals(List.of(MessageType.INTERRUPT_DELIVERABLE), types(vtls));
        InterruptDeliverable message =
                InterruptDeliverable.CODEC.read(vtls.messages.get(0).payload());
        assertEquals(InterruptDeliverable.INTERRUPT, message.kind());
        assertEquals(codeOf(2) + 2 * 16, message.header().rip());
    }

    @Test
    void haltedGuestIsInterruptibleToo() {
        TwoVtls vtls = new TwoVtls(
                config().build(),
                cpu -> {},
                cpu -> {},
                cpu -> {
                    cpu.enableInterrupts();
                    cpu.halt();
                },
                cpu -> cpu.set(Gpr.R12, 1));
        vtls.machine.run(100);
        assertEquals(RunState.HALTED, vtls.machine.vp(0).runState());

        vtls.machine.vp(0).mutableState().vtl(0).deliverabilityNotifications = 2;
        vtls.machine.run(100);

        assertEquals(List.of(MessageType.INTERRUPT_DELIVERABLE), types(vtls));
        assertEquals(0, vtls.machine.vp(0).get(Gpr.R12), "it halts on");
    }

    @Test
    void endOfALevelTriggeredInterruptIsTold() {
        TwoVtls vtls = new TwoVtls(
                config().build(),
                cpu -> hypercall(
                        cpu, 0x4d, InstallInterceptInput.CODEC.toBytes(new InstallInterceptInput(-1, 2, 14, 0))),
                cpu -> {},
                TestMachines::enableApic,
                Cpu::enableInterrupts,
                Cpu::halt,
                cpu -> cpu.jumpTo("s2"),
                cpu -> {
                    cpu.set(Gpr.R12, cpu.get(Gpr.R12) + 1);
                    cpu.writeMsr(0x80b, 0);
                    cpu.interruptReturn();
                });
        TestMachines.writeGate(vtls.machine.physicalMemory(), 0x41, codeOf(2) + 4 * 16, 0x8e);
        TestMachines.writeGate(vtls.machine.physicalMemory(), 0x52, codeOf(2) + 4 * 16, 0x8e);
        vtls.machine.run(100);

        vtls.machine.vp(0).requestInterrupt(0, 0x41);
        vtls.machine.run(100);
        assertEquals(List.of(), types(vtls), "an edge has no end that anybody waits for");
        InterruptMessage level = new InterruptMessage(InterruptMessage.FIXED, 0x52, 0, false, true);
        assertTrue(vtls.machine.partition().interrupts().send(0, level));
        vtls.machine.run(100);

        assertEquals(List.of(MessageType.APIC_EOI), types(vtls));
        assertEquals(
                new ApicEoiMessage(0, 0x52),
                ApicEoiMessage.CODEC.read(vtls.messages.get(0).payload()));
        assertEquals(2, vtls.machine.vp(0).get(Gpr.R12));
    }

    @Test
    void exceptionOfTheGuestIsToldInsteadOfDelivered() {
        TwoVtls vtls = new TwoVtls(
                config().build(),
                cpu -> hypercall(
                        cpu, 0x4d, InstallInterceptInput.CODEC.toBytes(new InstallInterceptInput(-1, 4, 3, 14))),
                TwoVtls::skipStep,
                cpu -> cpu.set(Gpr.R12, 0x1234),
                cpu -> cpu.memory().readU64(0x1_2345_6789L),
                cpu -> cpu.set(Gpr.R13, 1),
                Cpu::halt);
        vtls.machine.run(100);

        assertEquals(List.of(MessageType.EXCEPTION), types(vtls));
        ExceptionIntercept message =
                ExceptionIntercept.CODEC.read(vtls.messages.get(0).payload());
        assertEquals(14, message.vector());
        assertEquals(1, message.exceptionInfo(), "has an error code");
        assertEquals(0, message.errorCode(), "not present, read, supervisor");
        assertEquals(0x1_2345_6789L, message.exceptionParameter());
        assertEquals(0x1234, message.generalRegisters().u64(12 * 8));
        assertEquals(codeOf(2) + 16, message.header().rip());
        assertEquals(1, vtls.machine.vp(0).get(Gpr.R13), "VTL2 went on after the step");
        assertTrue(vtls.machine.vp(0).state().cr2 == 0, "CR2 is not touched");
    }
}
