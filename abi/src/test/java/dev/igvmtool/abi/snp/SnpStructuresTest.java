package dev.igvmtool.abi.snp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.ArrayMemory;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import org.junit.jupiter.api.Test;

class SnpStructuresTest {
    private static final int AT = 0x1000;
    private final ArrayMemory memory = new ArrayMemory(0x3000);
    private final Vmsa area = new Vmsa(memory, AT);
    private final Ghcb page = new Ghcb(memory, AT);

    @Test
    void aSegmentKeepsItsAttributesIn12Bits() {
        SegmentValue code = new SegmentValue(0x1234_5678_9abcL, 0xffff_ffffL, 0x10, 0xa09b);
        area.setSegment(SegmentRegister.CS, code);

        assertEquals(
                "10009b0affffffffbc9a785634120000",
                memory.readBytes(AT + 0x10, 16).toHex());
        assertEquals(code, area.segment(SegmentRegister.CS));
    }

    @Test
    void ldtrAndTrStandBetweenTheTables() {
        SegmentValue task = new SegmentValue(0x5000, 0x67, 0x40, 0x8b);
        area.setSegment(SegmentRegister.TR, task);
        area.setTable(Vmsa.IDTR, new TableValue(0xfff, 0x7000));

        assertEquals(0x40, memory.readU16(AT + 0x90));
        assertEquals(0xfff, memory.readU32(AT + 0x84));
        assertEquals(0x7000, memory.readU64(AT + 0x88));
        assertEquals(task, area.segment(SegmentRegister.TR));
        assertEquals(new TableValue(0xfff, 0x7000), area.table(Vmsa.IDTR));
    }

    @Test
    void generalRegistersStandInThreePlaces() {
        for (Gpr register : Gpr.values()) {
            area.set(register, register.ordinal() + 1);
        }
        assertEquals(1, memory.readU64(AT + 0x1f8));
        assertEquals(5, memory.readU64(AT + 0x1d8));
        assertEquals(2, memory.readU64(AT + 0x308));
        assertEquals(8, memory.readU64(AT + 0x338));
        assertEquals(16, memory.readU64(AT + 0x378));
        assertEquals(0, memory.readU64(AT + 0x320), "there is no second RSP");
    }

    @Test
    void whatIsGivenIsMarked() {
        page.set(Gpr.RAX, 1);
        page.set(Ghcb.EXIT_CODE, SvmExit.CPUID);
        page.set(Ghcb.SCRATCH, 2);

        assertEquals(
                "0000000000000080" + "0000000000002400",
                memory.readBytes(AT + Ghcb.VALID_BITMAP, 16).toHex());
        assertTrue(page.isValid(Gpr.RAX));
        assertFalse(page.isValid(Gpr.RCX));
        page.clearValid();
        assertFalse(page.isValid(Ghcb.EXIT_CODE));
        assertEquals(SvmExit.CPUID, page.get(Ghcb.EXIT_CODE));
    }

    @Test
    void versionAndUsageEndThePage() {
        page.setUsage(Ghcb.USAGE_HYPERCALL);

        assertEquals(
                "0000000002000100" + "0000", memory.readBytes(AT + 0xff6, 10).toHex());
        assertEquals(2, page.protocolVersion());
        assertEquals(1, page.usage());
    }

    @Test
    void requestsOfTheRegister() {
        assertEquals(0x0020_0000_0123_4014L, GhcbMsr.pageState(0x123_4000, GhcbMsr.TO_SHARED));
        assertEquals(0x2_0000_0016L, GhcbMsr.runVmpl(2));
        assertEquals(0x0002_1100L, GhcbMsr.termination(1, 2));
        assertEquals(0x5_0002_0001L, Ghcb.apCreationInfo(5, 2, Ghcb.AP_CREATE));
        assertEquals(0x03fd_0211L, SvmExit.ioInfo(0x3fd, 1, true));
        assertEquals(0x0cf8_0240L, SvmExit.ioInfo(0xcf8, 4, false));
    }
}
