package dev.igvmtool.paravisor.exit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.hv.CpuidIntercept;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.InterceptHeader;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.abi.hv.MsrIntercept;
import dev.igvmtool.abi.x64.SegmentValue;
import org.junit.jupiter.api.Test;

class ExitReasonTest {
    private static InterceptHeader header(int access) {
        return new InterceptHeader(1, 2, access, 0, SegmentValue.NULL, 0x1000, 2);
    }

    private static String msr(int access) {
        MsrIntercept msr =
                new MsrIntercept(header(access), 0x1b, 0, 0x1_2345_6789L & 0xffff_ffffL, 0xffff_ffff_fee0_0900L);
        return ExitReason.of(new HvMessage(MessageType.MSR, MsrIntercept.CODEC.toBytes(msr)));
    }

    @Test
    void namesWhatWasAccessedAndHow() {
        assertEquals("write of 0x23456789fee00900 to MSR 0x1b", msr(InterceptHeader.WRITE));
        assertEquals("read of MSR 0x1b", msr(InterceptHeader.READ));
        CpuidIntercept cpuid = new CpuidIntercept(header(InterceptHeader.EXECUTE), 0x4000_00ffL, 3, 0, 0, 0, 0, 0, 0);
        assertEquals(
                "CPUID leaf 0x400000ff, subleaf 0x3",
                ExitReason.of(new HvMessage(MessageType.CPUID, CpuidIntercept.CODEC.toBytes(cpuid))));
    }

    @Test
    void namesTheKindOfOtherMessages() {
        HvMessage message = new HvMessage(MessageType.APIC_EOI, Bytes.EMPTY);
        assertEquals(MessageType.nameOf(MessageType.APIC_EOI), ExitReason.of(message));
    }

    @Test
    void refusesMessagesThatAreTooShort() {
        HvMessage message = new HvMessage(MessageType.IO_PORT, Bytes.fromHex("00"));
        assertThrows(FormatException.class, () -> ExitReason.of(message));
    }
}
