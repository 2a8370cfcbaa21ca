package dev.igvmtool.machine.vp;

import static dev.igvmtool.machine.TestMachines.codeOf;
import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.contextAt;
import static dev.igvmtool.machine.TestMachines.program;
import static dev.igvmtool.machine.TestMachines.running;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.memory.GpaFault;
import org.junit.jupiter.api.Test;

class ApicPageTest {
    private static final long PAGE = 0xfee0_0000L;
    private static final int APIC_BASE = 0x1b;
    private static final long IN_MEMORY = PAGE | 1 << 11;
    private static final int HV_ICR = 0x4000_0071;

    private final Machine machine = running(config().vpCount(3).build(), program(1, Cpu::halt));

    ApicPageTest() {
        for (int i = 1; i < 3; i++) {
            machine.vp(i).enableVtl(2, contextAt(codeOf(1)));
            machine.vp(i).start(2, 0);
        }
        for (int i = 0; i < 3; i++) {
            machine.vp(i).cpu().writeMsr(APIC_BASE, IN_MEMORY | (i == 0 ? 1 << 8 : 0));
            page(i).writeU32(PAGE + 0xf0, 0x1ff);
        }
    }

    private Memory page(int vp) {
        return machine.vp(vp).cpu().memory();
    }

    private boolean requested(int vp) {
        return (page(vp).readU32(PAGE + 0x220) & 1) != 0;
    }

    @Test
    void registersAreThoseOfTheVpThatLooks() {
        for (int i = 0; i < 3; i++) {
            assertEquals((long) i << 24, page(i).readU32(PAGE + 0x20));
            assertEquals(0x1ff, page(i).readU32(PAGE + 0xf0));
        }
        page(1).writeU32(PAGE + 0x80, 0x30);
        assertEquals(0x30, page(1).readU32(PAGE + 0x80));
        assertEquals(0, page(2).readU32(PAGE + 0x80));
    }

    @Test
    void commandHasItsDestinationInASecondRegister() {
        page(0).writeU32(PAGE + 0x310, 2L << 24);
        page(0).writeU32(PAGE + 0x300, 0x40);
        assertEquals(2L << 24, page(0).readU32(PAGE + 0x310));
        assertFalse(requested(1));
        assertTrue(requested(2));
    }

    @Test
    void registerOfTheHypervisorHasTheDestinationAtTheTop() {
        machine.vp(0).cpu().writeMsr(HV_ICR, 1L << 56 | 0x40);
        assertTrue(requested(1));
        assertFalse(requested(2));
    }

    @Test
    void registersAreMsrsOrMemoryNeverBoth() {
        assertThrows(GuestException.class, () -> machine.vp(0).cpu().readMsr(0x80f));
        machine.vp(0).cpu().writeMsr(APIC_BASE, IN_MEMORY | 1 << 10 | 1 << 8);
        assertEquals(0x1ff, machine.vp(0).cpu().readMsr(0x80f));
        assertThrows(GpaFault.class, () -> page(0).readU32(PAGE + 0xf0));
    }

    @Test
    void nothingElseIsThere() {
        assertThrows(GpaFault.class, () -> page(0).readU32(PAGE + 0xf4));
        assertThrows(GpaFault.class, () -> page(0).readU32(PAGE + 0x1000));
        assertThrows(GpaFault.class, () -> page(0).readU64(PAGE + 0xf0));
    }
}
