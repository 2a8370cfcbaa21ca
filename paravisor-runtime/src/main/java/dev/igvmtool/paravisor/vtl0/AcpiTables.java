package dev.igvmtool.paravisor.vtl0;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.devicetree.binding.CpuEntry;
import dev.igvmtool.paravisor.config.PartitionView;
import java.util.List;

/**
 * The ACPI tables of a partition: processors, memory, the fixed devices (I/O APIC, COM1, clock). Layout and constants
 * are those of the reference's direct Linux loader.
 *
 * @param tables DSDT, FADT, MADT, SRAT and XSDT one after the other, each padded to 8 bytes
 * @param rsdp the 36 bytes that point to the XSDT
 */
record AcpiTables(Bytes tables, Bytes rsdp) {
    private static final int ALIGNMENT = 8;
    private static final int LAST_XAPIC_ID = 254;

    /** The tables of a partition, to be placed at {@code gpa}. */
    static AcpiTables of(long gpa, List<CpuEntry> cpus, List<PartitionView.Ram> ram) {
        ByteWriter writer = new ByteWriter();
        append(writer, Dsdt.table(cpus.size()));
        long fadt = append(writer, fadt(gpa)) + gpa;
        long madt = append(writer, madt(cpus)) + gpa;
        long srat = append(writer, srat(cpus, ram)) + gpa;
        Bytes pointers = new ByteWriter().u64(fadt).u64(madt).u64(srat).toBytes();
        long xsdt = append(writer, AcpiTable.of("XSDT", 1, pointers)) + gpa;
        return new AcpiTables(writer.toBytes(), rsdp(xsdt));
    }

    private static int append(ByteWriter writer, Bytes table) {
        int offset = writer.size();
        writer.bytes(table).alignTo(ALIGNMENT);
        return offset;
    }

    private static Bytes rsdp(long xsdt) {
        byte[] rsdp = new ByteWriter()
                .bytes(Bytes.utf8("RSD PTR "))
                .u8(0)
                .bytes(Bytes.utf8("HVLITE"))
                .u8(2)
                .u32(0)
                .u32(36)
                .u64(xsdt)
                .u32(0)
                .toBytes()
                .toByteArray();
        rsdp[8] = AcpiTable.checksum(rsdp, 20);
        rsdp[32] = AcpiTable.checksum(rsdp, 36);
        return Bytes.wrap(rsdp);
    }

    private static Bytes fadt(long dsdt) {
        ByteWriter body = new ByteWriter();
        at(body, 0x2e).u16(9); // SCI
        at(body, 0x58).u8(4).u8(2).u8(0).u8(4).u8(4); // lengths of event, control, timer and GPE0 blocks
        at(body, 0x60).u16(0x65).u16(0x3e9); // latencies beyond which C2 and C3 do not exist
        at(body, 0x70).u32(0x85b5);
        address(body, 8, 0, 1, 0x433).u8(1); // reset register and value
        at(body, 0x8c).u64(dsdt);
        address(body, 32, 0, 2, 0x400); // PM1a events
        at(body, 0xac);
        address(body, 16, 0, 2, 0x404); // PM1a control
        at(body, 0xd0);
        address(body, 32, 0, 3, 0x408); // PM timer
        address(body, 32, 0, 2, 0x40c); // GPE0
        at(body, 276);
        return AcpiTable.of("FACP", 6, body.toBytes());
    }

    /** Pads to an offset of the table. */
    private static ByteWriter at(ByteWriter body, int tableOffset) {
        return body.zeros(tableOffset - AcpiTable.HEADER_BYTES - body.size());
    }

    /** A generic address in port space. */
    private static ByteWriter address(ByteWriter body, int bits, int bitOffset, int accessSize, long port) {
        return body.u8(1).u8(bits).u8(bitOffset).u8(accessSize).u64(port);
    }

    static Bytes madt(List<CpuEntry> cpus) {
        ByteWriter body = new ByteWriter()
                .u32(0xfee0_0000L)
                .u32(1)
                .bytes(Bytes.fromHex("010c00000000c0fe00000000")) // I/O APIC 0 at 0xFEC00000
                .bytes(Bytes.fromHex("020a000909000000" + "0d00")) // IRQ 9 -> GSI 9, level, active high
                .bytes(Bytes.fromHex("020a000002000000" + "0000")) // IRQ 0 -> GSI 2
                .bytes(Bytes.fromHex("040601000001")); // NMI on LINT1
        for (int i = 0; i < cpus.size(); i++) {
            long apicId = cpus.get(i).hardwareId();
            if (apicId <= LAST_XAPIC_ID) {
                body.u8(0).u8(8).u8(i + 1 & 0xff).u8((int) apicId).u32(1);
            } else {
                body.u8(9).u8(16).u16(0).u32(apicId).u32(1).u32(i + 1);
            }
        }
        return AcpiTable.of("APIC", 5, body.toBytes());
    }

    static Bytes srat(List<CpuEntry> cpus, List<PartitionView.Ram> ram) {
        ByteWriter body = new ByteWriter().u32(1).u64(0);
        for (CpuEntry cpu : cpus) {
            if (cpu.hardwareId() <= LAST_XAPIC_ID && cpu.node() <= 0xff) {
                body.u8(0)
                        .u8(16)
                        .u8((int) cpu.node())
                        .u8((int) cpu.hardwareId())
                        .u32(1);
                body.zeros(8);
            } else {
                body.u8(2).u8(24).u16(0).u32(cpu.node()).u32(cpu.hardwareId()).u32(1);
                body.zeros(8);
            }
        }
        for (PartitionView.Ram piece : ram) {
            body.u8(1).u8(40).u32(piece.node()).u16(0);
            body.u64(piece.range().start()).u64(piece.range().size());
            body.u32(0).u32(1).u64(0);
        }
        return AcpiTable.of("SRAT", 3, body.toBytes());
    }
}
