package dev.igvmtool.abi.shim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.Bytes;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ShimParamsTest {
    @Test
    void sizesAreThoseOfTheSpecification() {
        assertEquals(192, ShimParams.CODEC.size());
        assertEquals(32, PersistedStateHeader.CODEC.size());
    }

    @Test
    void fieldsStandAtTheirOffsets() {
        byte[] content = new byte[192];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) i;
        }
        Bytes wire = Bytes.wrap(content);
        ShimParams params = ShimParams.CODEC.read(wire);
        assertEquals(wire.u32(0x20), params.initrdCrc());
        assertEquals(wire.u32(0x24), params.supportedIsolationType());
        assertEquals(wire.u64(0x28), params.memoryStartOffset());
        assertEquals(wire.u64(0x68), params.sidecarEntryOffset());
        assertEquals(wire.u64(0xb8), params.persistedStateRegionSize());
        assertEquals(wire, ShimParams.CODEC.toBytes(params));
    }

    @Test
    void persistedMagicReadsAsTextInMemory() {
        Bytes wire = PersistedStateHeader.CODEC.toBytes(new PersistedStateHeader(PersistedStateHeader.MAGIC, 0, 0, 0));
        assertEquals("OHCLPHDR", new String(wire.slice(0, 8).toByteArray(), StandardCharsets.US_ASCII));
    }

    @Test
    void memoryTypesAreFoundByNumber() {
        for (MemoryVtlType type : MemoryVtlType.values()) {
            assertEquals(type, MemoryVtlType.of(type.value()).orElseThrow());
            assertEquals(type.ordinal(), type.value());
        }
    }
}
