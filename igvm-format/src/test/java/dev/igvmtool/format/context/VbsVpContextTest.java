package dev.igvmtool.format.context;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import java.util.List;
import org.junit.jupiter.api.Test;

class VbsVpContextTest {
    private static final VbsVpContext CONTEXT = new VbsVpContext(
            2,
            List.of(
                    VbsRegister.ofU64(X64Register.RIP.number(), 0x8000_0000_0000_1234L),
                    VbsRegister.ofSegment(X64Register.CS.number(), new SegmentValue(0, 0xffff_ffffL, 8, 0xa09b)),
                    VbsRegister.ofTable(X64Register.GDTR.number(), new TableValue(0x1f, 0x5000))));

    @Test
    void nativeContextHas232Bytes() {
        assertEquals(232, NativeVpContext.CODEC.size());
    }

    @Test
    void readsWhatItWrites() {
        VbsVpContext read = VbsVpContext.read(CONTEXT.toBytes());

        assertEquals(CONTEXT, read);
        assertEquals(0x8000_0000_0000_1234L, read.registers().get(0).u64());
        assertEquals(0xa09b, read.registers().get(1).segment().attributes());
        assertEquals(0x5000, read.registers().get(2).table().base());
    }

    @Test
    void writesTheReferenceLayout() {
        Bytes bytes = CONTEXT.toBytes();

        assertEquals(4 + 3 * 32, bytes.size());
        assertEquals(
                "02" + "10000200" + "00".repeat(11) + "3412000000000080" + "00".repeat(8),
                bytes.slice(4, 32).toHex());
        assertEquals(
                "02" + "01000600" + "00".repeat(11) + "0000000000000000ffffffff08009ba0",
                bytes.slice(36, 32).toHex());
        assertEquals(
                "02" + "01000700" + "00".repeat(11) + "0000000000001f000050000000000000",
                bytes.slice(68, 32).toHex());
    }

    @Test
    void refusesWhatIsNoRegisterList() {
        Bytes good = CONTEXT.toBytes();
        for (int length = 0; length < good.size(); length++) {
            Bytes cut = good.slice(0, length);
            assertThrows(FormatException.class, () -> VbsVpContext.read(cut));
        }
        assertThrows(FormatException.class, () -> VbsVpContext.read(Bytes.zeros(4)));
        byte[] twoVtls = good.toByteArray();
        twoVtls[36] = 0;
        assertThrows(FormatException.class, () -> VbsVpContext.read(Bytes.wrap(twoVtls)));
        byte[] reserved = good.toByteArray();
        reserved[4 + 5] = 1;
        assertThrows(FormatException.class, () -> VbsVpContext.read(Bytes.wrap(reserved)));
        byte[] count = good.toByteArray();
        count[3] = (byte) 0xff;
        assertThrows(FormatException.class, () -> VbsVpContext.read(Bytes.wrap(count)));
    }
}
