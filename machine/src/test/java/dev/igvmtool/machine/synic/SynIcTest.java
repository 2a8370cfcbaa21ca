package dev.igvmtool.machine.synic;

import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.program;
import static dev.igvmtool.machine.TestMachines.running;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.vp.Vp;
import org.junit.jupiter.api.Test;

class SynIcTest {
    private static final long SIMP = 0x6_0000;
    private static final long SIEFP = 0x6_1000;
    private static final HvMessage MESSAGE = new HvMessage(1, Bytes.utf8("offer"));

    private final Machine machine = running(config().build(), program(1, Cpu::halt));
    private final Vp vp = machine.vp(0);

    SynIcTest() {
        vp.cpu().writeMsr(0x1b, 0xfee0_0d00L);
        vp.cpu().writeMsr(0x80f, 0x1ff);
        vp.cpu().writeMsr(0x4000_0082, SIEFP | 1);
        vp.cpu().writeMsr(0x4000_0083, SIMP | 1);
        vp.cpu().writeMsr(0x4000_0092, 0x55);
    }

    @Test
    void messageGoesIntoItsSlotAndRaisesTheVector() {
        assertEquals(HvStatus.SUCCESS, SynIc.post(vp, 2, 2, MESSAGE));

        assertEquals(HvMessage.CODEC.toBytes(MESSAGE), machine.physicalMemory().readBytes(SIMP + 0x200, 256));
        assertEquals(0x55, vp.state().vtl(2).apic.deliverable(0));
    }

    @Test
    void takenSlotSaysThatMoreIsPending() {
        SynIc.post(vp, 2, 2, MESSAGE);

        assertEquals(HvStatus.OBJECT_IN_USE, SynIc.post(vp, 2, 2, MESSAGE));
        assertEquals(1, machine.physicalMemory().readU8(SIMP + 0x205));
        machine.physicalMemory().writeU32(SIMP + 0x200, 0);
        assertEquals(HvStatus.SUCCESS, SynIc.post(vp, 2, 2, MESSAGE));
    }

    @Test
    void maskedSourceTakesNothing() {
        assertEquals(HvStatus.INVALID_SYNIC_STATE, SynIc.post(vp, 2, 3, MESSAGE));
        assertFalse(SynIc.canSignal(vp, 2, 3));
        vp.cpu().writeMsr(0x4000_0083, 0);
        assertEquals(HvStatus.INVALID_SYNIC_STATE, SynIc.post(vp, 2, 2, MESSAGE));
    }

    @Test
    void flagRaisesTheVectorOnlyWhenItWasClear() {
        assertTrue(SynIc.signal(vp, 2, 2, 0x7ff));

        assertEquals(0x80, machine.physicalMemory().readU8(SIEFP + 0x2ff));
        vp.mutableState().vtl(2).apic.accept(0x55);
        vp.mutableState().vtl(2).apic.endOfInterrupt();
        assertFalse(SynIc.signal(vp, 2, 2, 0x7ff));
        assertEquals(-1, vp.state().vtl(2).apic.deliverable(0));
    }

    @Test
    void pollingSourceRaisesNothing() {
        vp.cpu().writeMsr(0x4000_0092, 0x55 | 1 << 18);

        assertEquals(HvStatus.SUCCESS, SynIc.post(vp, 2, 2, MESSAGE));
        assertEquals(-1, vp.state().vtl(2).apic.deliverable(0));
    }
}
