package dev.igvmtool.abi.x64;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class TdxTrampolineContextTest {
    private static TdxTrampolineContext numbered() {
        ByteBuffer bytes = ByteBuffer.allocate(168).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 168; i += 2) {
            bytes.putShort(i, (short) i);
        }
        return TdxTrampolineContext.CODEC.read(Bytes.of(bytes.array()));
    }

    @Test
    void fieldsStandWhereTheResetCodeLooks() {
        assertEquals(168, TdxTrampolineContext.CODEC.size());
        TdxTrampolineContext context = numbered();
        assertEquals(0x14, context.dataSelector());
        assertEquals(0x1c, context.taskSelector());
        assertEquals(0x1e, context.idtrLimit());
        assertEquals(0x28, context.initialRip() & 0xffff);
        assertEquals(0x30, context.codeSelector());
        assertEquals(0x36, context.gdtrLimit());
        assertEquals(0x50, context.rsi() & 0xffff);
        assertEquals(0x80, context.cr3() & 0xffff);
        assertEquals(0x90, context.transitionCr3() & 0xffff);
        assertEquals(0x98, context.staticGdt().u16(0));
    }

    @Test
    void otherProcessorsLoadNoTables() {
        TdxTrampolineContext context = numbered().forOtherProcessors(0x1234_5000);
        assertEquals(0, context.gdtrLimit() | context.idtrLimit() | context.codeSelector() | context.taskSelector());
        assertEquals(0x1234_5000, context.cr3());
        assertEquals(0x8000_0021L, context.cr0() & 0x8000_0021L);
        assertEquals(0x60, context.cr4() & 0x60);
        assertEquals(numbered().initialRip(), context.initialRip());
    }
}
