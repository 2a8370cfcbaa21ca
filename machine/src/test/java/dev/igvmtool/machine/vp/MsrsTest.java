package dev.igvmtool.machine.vp;

import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.program;
import static dev.igvmtool.machine.TestMachines.running;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.GuestException;
import org.junit.jupiter.api.Test;

class MsrsTest {
    private final Machine machine = running(config().vpCount(2).build(), program(1, Cpu::halt));
    private final Vp vp = machine.vp(0);

    @Test
    void apicBaseIsThatOfTheReferenceHost() {
        assertEquals(0xfee0_0900L, vp.cpu().readMsr(0x1b));
        assertEquals(0xfee0_0800L, machine.vp(1).cpu().readMsr(0x1b));
    }

    @Test
    void apicRegistersExistInX2ApicModeOnly() {
        assertThrows(GuestException.class, () -> vp.cpu().readMsr(0x802));
        vp.cpu().writeMsr(0x1b, 0xfee0_0d00L);
        assertEquals(0, vp.cpu().readMsr(0x802));
        vp.cpu().writeMsr(0x80f, 0x1ff);
        assertEquals(0x1ff, vp.cpu().readMsr(0x80f));
    }

    @Test
    void segmentBasesAreThoseOfTheSegments() {
        vp.cpu().writeMsr(0xc000_0100, 0xffff_ff80_0020_3010L);

        assertEquals(0xffff_ff80_0020_3010L, vp.cpu().get(SegmentRegister.FS).base());
        assertEquals(0xffff_ff80_0020_3010L, vp.cpu().readMsr(0xc000_0100));
        assertThrows(GuestException.class, () -> vp.cpu().writeMsr(0xc000_0101, 0x0080_0000_0000_0000L));
    }

    @Test
    void longModeStaysActiveWhenEferIsWritten() {
        vp.cpu().writeMsr(0xc000_0080, 0x901);

        assertEquals(0xd01, vp.cpu().readMsr(0xc000_0080));
        assertThrows(GuestException.class, () -> vp.cpu().writeMsr(0xc000_0080, 0x2));
    }

    @Test
    void reservedBitsOfTheHypercallRegisterAreRefused() {
        assertThrows(GuestException.class, () -> vp.cpu().writeMsr(0x4000_0001, 0x3_0004));
    }

    @Test
    void clearingTheGuestOsIdTakesTheHypercallPageAway() {
        vp.cpu().writeMsr(0x4000_0000, 1L << 40);
        vp.cpu().writeMsr(0x4000_0001, 0x3_0001);
        assertEquals(0x0f, machine.vp(0).memory().readU8(0x3_0000));
        vp.cpu().writeMsr(0x4000_0000, 0);
        assertEquals(0, machine.vp(0).memory().readU8(0x3_0000));
        assertEquals(0x3_0000, vp.cpu().readMsr(0x4000_0001));
    }

    @Test
    void crashRegistersKeepWhatIsWritten() {
        for (int i = 0; i < 6; i++) {
            vp.cpu().writeMsr(0x4000_0100 + i, i + 7);
        }
        assertEquals(7, vp.cpu().readMsr(0x4000_0100));
        assertEquals(12, vp.cpu().readMsr(0x4000_0105));
    }

    @Test
    void unknownRegisterIsAGeneralProtectionFault() {
        assertThrows(GuestException.class, () -> vp.cpu().readMsr(0xc001_0130));
        assertThrows(GuestException.class, () -> vp.cpu().writeMsr(0x1234, 0));
    }

    @Test
    void mtrrsAreKept() {
        vp.cpu().writeMsr(0x2ff, 0xc00);
        vp.cpu().writeMsr(0x203, 0x3f_ffff_f800L);
        vp.cpu().writeMsr(0x26f, 0x0606_0606_0606_0606L);

        assertEquals(0xc00, vp.cpu().readMsr(0x2ff));
        assertEquals(0x3f_ffff_f800L, vp.cpu().readMsr(0x203));
        assertEquals(0x0606_0606_0606_0606L, vp.cpu().readMsr(0x26f));
        assertEquals(0, vp.cpu().readMsr(0x202));
    }
}
