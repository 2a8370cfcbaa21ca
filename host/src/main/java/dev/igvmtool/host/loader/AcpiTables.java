package dev.igvmtool.host.loader;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import dev.igvmtool.host.config.Processor;
import java.util.List;

/** The tables that a guest needs to find processors and nodes. Specification: ACPI 6.5, sections 5.2.12 and 5.2.16. */
final class AcpiTables {
    private static final int LENGTH_OFFSET = 4;
    private static final int CHECKSUM_OFFSET = 9;
    private static final long LOCAL_APIC_ADDRESS = 0xfee0_0000L;
    private static final int ENABLED = 1;

    private AcpiTables() {}

    /** MADT: one processor local APIC structure each, x2APIC structures for ids from 255 on. */
    static Bytes madt(List<Processor> processors) {
        ByteWriter table = header("APIC", 5);
        table.u32(LOCAL_APIC_ADDRESS).u32(1);
        int uid = 1;
        for (Processor processor : processors) {
            long apicId = Integer.toUnsignedLong(processor.apicId());
            if (apicId < 0xff && uid <= 0xff) {
                table.u8(0).u8(8).u8(uid).u8((int) apicId).u32(ENABLED);
            } else {
                table.u8(9).u8(16).u16(0).u32(apicId).u32(ENABLED).u32(uid);
            }
            uid++;
        }
        return finish(table);
    }

    /** SRAT: an x2APIC affinity structure for each processor, a memory affinity structure for each range. */
    static Bytes srat(List<Processor> processors, GuestMemoryMap memory) {
        ByteWriter table = header("SRAT", 3);
        table.u32(1).u64(0);
        for (Processor processor : processors) {
            table.u8(2).u8(24).u16(0).u32(processor.node());
            table.u32(Integer.toUnsignedLong(processor.apicId()))
                    .u32(ENABLED)
                    .u32(0)
                    .u32(0);
        }
        for (MemoryEntry entry : memory.entries()) {
            table.u8(1).u8(40).u32(entry.node()).u16(0);
            table.u64(entry.range().start()).u64(entry.range().size());
            table.u32(0).u32(ENABLED).u64(0);
        }
        return finish(table);
    }

    private static ByteWriter header(String signature, int revision) {
        return new ByteWriter()
                .bytes(Bytes.utf8(signature))
                .u32(0)
                .u8(revision)
                .u8(0)
                .bytes(Bytes.utf8("IGVMTL"))
                .bytes(Bytes.utf8("IGVMTOOL"))
                .u32(1)
                .bytes(Bytes.utf8("IGVM"))
                .u32(1);
    }

    private static Bytes finish(ByteWriter table) {
        table.patchU32(LENGTH_OFFSET, table.size());
        byte[] bytes = table.toBytes().toByteArray();
        int sum = 0;
        for (byte value : bytes) {
            sum += value;
        }
        bytes[CHECKSUM_OFFSET] = (byte) -sum;
        return Bytes.wrap(bytes);
    }
}
