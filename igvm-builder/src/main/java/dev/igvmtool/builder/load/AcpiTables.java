package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The ACPI tables of a guest that boots Linux directly on SNP: DSDT, FADT, MADT, SRAT and XSDT in one block, and the
 * RSDP that leads to them. Specification: ACPI 6.4; values: {@code vm/acpi_spec}, {@code vmm_core/vm_manifest_builder}.
 */
final class AcpiTables {
    private static final int HEADER = 36;
    private static final int CHECKSUM = 9;
    private static final int LAST_XAPIC = 254;

    /** Definition blocks before the processors: sleep states, interrupt controllers, serial port, clock. */
    private static final String DSDT_DEVICES =
            "085c5f53305f1204020000085c5f53355f12040200005b82385c2e5f53425f41504943085f4849440c41d000"
                    + "03085f435253111d0a1a860900010000e0fe00100000860900010000c0fe0010000079005b8243045c2e5f53"
                    + "425f55415231085f4849440c41d00501085f44444e0d434f4d3100085f55494401085f43525311160a134701"
                    + "f803f803010889060003010400000079005b82375c2e5f53425f52544330085f4849440c41d00b00085f5549"
                    + "4400085f43525311160a1347017000700000028906000301080000007900";

    private final long base;
    private final long processors;
    private final long ramBytes;
    private final ByteWriter block = new ByteWriter();
    private final Bytes rsdp;

    /** @param base address of the block, a multiple of 8 */
    AcpiTables(long base, long processors, long ramBytes) {
        this.base = base;
        this.processors = processors;
        this.ramBytes = ramBytes;
        long dsdt = add("DSDT", 2, dsdt());
        ByteWriter pointers = new ByteWriter();
        pointers.u64(add("FACP", 6, fadt(dsdt)));
        pointers.u64(add("APIC", 5, madt()));
        pointers.u64(add("SRAT", 3, srat()));
        this.rsdp = rsdp(add("XSDT", 1, pointers.toBytes()));
    }

    /** All tables. */
    Bytes tables() {
        return block.toBytes();
    }

    /** The root pointer, 36 bytes. */
    Bytes rsdp() {
        return rsdp;
    }

    /**
     * Adds a table.
     *
     * @return its address
     */
    private long add(String signature, int revision, Bytes body) {
        long address = base + block.size();
        boolean dsdt = signature.equals("DSDT");
        Bytes table = new ByteWriter()
                .bytes(ascii(signature, 4))
                .u32(HEADER + body.size())
                .u8(revision)
                .u8(0)
                .bytes(ascii(dsdt ? "MSFTVM" : "HVLITE", 6))
                .bytes(ascii(dsdt ? "DSDT01" : "HVLITETB", 8))
                .u32(dsdt ? 1 : 0)
                .bytes(ascii(dsdt ? "MSFT" : "MSHV", 4))
                .u32(dsdt ? 0x0500_0000 : 0)
                .bytes(body)
                .toBytes();
        block.bytes(withChecksum(table, CHECKSUM, table.size())).alignTo(8);
        return address;
    }

    private Bytes dsdt() {
        ByteWriter body = new ByteWriter().bytes(Bytes.fromHex(DSDT_DEVICES));
        for (long i = 1; i <= processors; i++) {
            Bytes device = processor(i);
            body.u8(0x5b).u8(0x82).u8(device.size() + 1).bytes(device);
        }
        return body.toBytes();
    }

    /** A processor device with its number from 1: name, hardware id, unique id, status "present". */
    private static Bytes processor(long number) {
        String name = (char) ('P' + number / 1000) + String.format(Locale.ROOT, "%03d", number % 1000);
        ByteWriter device = new ByteWriter().bytes(Bytes.utf8(name));
        device.u8(8)
                .bytes(Bytes.utf8("_HID"))
                .u8(0x0d)
                .bytes(Bytes.utf8("ACPI0007"))
                .u8(0);
        device.u8(8).bytes(Bytes.utf8("_UID"));
        if (number == 1) {
            device.u8(1);
        } else if (number <= 0xff) {
            device.u8(0x0a).u8((int) number);
        } else {
            device.u8(0x0b).u16((int) number);
        }
        device.u8(0x14).u8(9).bytes(Bytes.utf8("_STA")).u8(0).u8(0xa4).u8(0x0a).u8(0x0f);
        return device.toBytes();
    }

    /** Fields at their offsets from the start of the table. */
    private static Bytes fadt(long dsdt) {
        FieldWriter fadt = new FieldWriter();
        fadt.at(0x2e).u16(9);
        fadt.at(0x58).u8(4).u8(2);
        fadt.at(0x5b).u8(4).u8(4);
        fadt.at(0x60).u16(0x65).u16(0x3e9);
        fadt.at(0x70).u32(0x85b5);
        fadt.at(0x74).u32(0x0100_0801).u64(0x433).u8(1);
        fadt.at(0x8c).u64(dsdt);
        fadt.at(0x94).u32(0x0200_2001).u64(0x400);
        fadt.at(0xac).u32(0x0200_1001).u64(0x404);
        fadt.at(0xd0).u32(0x0300_2001).u64(0x408);
        fadt.at(0xdc).u32(0x0200_2001).u64(0x40c);
        fadt.at(276);
        return fadt.writer.toBytes();
    }

    private Bytes madt() {
        ByteWriter body = new ByteWriter().u32(0xfee0_0000L).u32(1);
        body.bytes(Bytes.fromHex("010c00000000c0fe00000000"));
        body.bytes(Bytes.fromHex("020a0009090000000d00"));
        body.bytes(Bytes.fromHex("020a0000020000000000"));
        body.bytes(Bytes.fromHex("040601000001"));
        for (long n = 0; n < processors; n++) {
            if (n <= LAST_XAPIC) {
                body.u8(0).u8(8).u8((int) n + 1).u8((int) n).u32(1);
            } else {
                body.u8(9).u8(16).u16(0).u32(n).u32(1).u32(n + 1);
            }
        }
        return body.toBytes();
    }

    private Bytes srat() {
        ByteWriter body = new ByteWriter().u32(1).u64(0);
        for (long n = 0; n < processors; n++) {
            if (n <= LAST_XAPIC) {
                body.u8(0).u8(16).u8((int) n).u8((int) n).u32(1).zeros(8);
            } else {
                body.u8(2).u8(24).u16(0).u32(n).u32(n).u32(1).zeros(8);
            }
        }
        body.u8(1).u8(0x28).u32(0).u16(0).u64(0).u64(ramBytes).u32(0).u32(1).u64(0);
        return body.toBytes();
    }

    private static Bytes rsdp(long xsdt) {
        Bytes first = new ByteWriter()
                .bytes(ascii("RSD PTR ", 8))
                .u8(0)
                .bytes(ascii("HVLITE", 6))
                .u8(2)
                .u32(0)
                .u32(HEADER)
                .u64(xsdt)
                .zeros(4)
                .toBytes();
        return withChecksum(withChecksum(first, 8, 20), 32, HEADER);
    }

    /** The table with the byte at {@code offset} chosen so that the first {@code length} bytes sum to 0. */
    private static Bytes withChecksum(Bytes table, int offset, int length) {
        byte[] content = table.toByteArray();
        int sum = 0;
        for (int i = 0; i < length; i++) {
            sum += content[i];
        }
        content[offset] = (byte) (content[offset] - sum);
        return Bytes.wrap(content);
    }

    private static Bytes ascii(String text, int size) {
        return Bytes.wrap(text.getBytes(StandardCharsets.US_ASCII)).paddedTo(size);
    }

    /** A body written by offsets from the start of the table. */
    private static final class FieldWriter {
        private final ByteWriter writer = new ByteWriter();

        ByteWriter at(int offset) {
            return writer.zeros(offset - HEADER - writer.size());
        }
    }
}
