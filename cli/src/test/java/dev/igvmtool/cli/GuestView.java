package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.E820Entry;
import dev.igvmtool.machine.memory.PhysicalMemory;
import java.util.ArrayList;
import java.util.List;

/**
 * What a guest in VTL0 finds in its memory about the machine it is on, read as a kernel or firmware would.
 *
 * @param ramBytes of its memory map
 * @param processors that its MADT has enabled
 * @param commandLine empty for firmware
 */
record GuestView(long ramBytes, int processors, String commandLine) {
    private static final long ZERO_PAGE = 0x2000;
    private static final long RSDP_AREA = 0xe_0000;
    private static final long RSDP_AREA_END = 0x10_0000;
    private static final long FIRMWARE_CONFIG = 0x70_9000;
    private static final int RECORD_MEMORY_MAP = 3;
    private static final int RECORD_ACPI = 0x16;
    private static final int MADT_ENTRIES = 44;

    /** A kernel that was started by the boot protocol: zero page, and the RSDP where PCs have it. */
    static GuestView ofLinux(PhysicalMemory memory) {
        BootParams params = memory.read(BootParams.CODEC, ZERO_PAGE);
        long ram = params.e820Table().stream()
                .filter(entry -> entry.type() == E820Entry.RAM)
                .mapToLong(E820Entry::size)
                .sum();
        StringBuilder line = new StringBuilder();
        for (long at = params.cmdLinePtr(); memory.readU8(at) != 0; at++) {
            line.append((char) memory.readU8(at));
        }
        int processors = 0;
        for (long table : tables(memory)) {
            processors += enabledProcessors(memory.readBytes(table, (int) memory.readU32(table + 4)));
        }
        return new GuestView(ram, processors, line.toString());
    }

    private static List<Long> tables(PhysicalMemory memory) {
        for (long at = RSDP_AREA; at < RSDP_AREA_END; at += 16) {
            if (memory.readBytes(at, 8).equals(Bytes.utf8("RSD PTR "))) {
                long xsdt = memory.readU64(at + 24);
                List<Long> tables = new ArrayList<>();
                for (int i = 36; i < memory.readU32(xsdt + 4); i += Long.BYTES) {
                    tables.add(memory.readU64(xsdt + i));
                }
                return tables;
            }
        }
        throw new AssertionError("no RSDP below 1 MiB");
    }

    /** Firmware: records of type and length at a fixed place. */
    static GuestView ofFirmware(PhysicalMemory memory) {
        long ram = 0;
        int processors = 0;
        long end = FIRMWARE_CONFIG + memory.readU32(FIRMWARE_CONFIG + 12);
        for (long at = FIRMWARE_CONFIG; at < end; ) {
            int type = (int) memory.readU32(at);
            int length = (int) memory.readU32(at + 4);
            Bytes body = memory.readBytes(at + 8, length - 8);
            if (type == RECORD_MEMORY_MAP) {
                for (int i = 0; i + 24 <= body.size(); i += 24) {
                    ram += body.u64(i + 8);
                }
            } else if (type == RECORD_ACPI) {
                processors += enabledProcessors(body);
            }
            at += length;
        }
        return new GuestView(ram, processors, "");
    }

    /** Enabled local APICs and x2APICs of a MADT; 0 in another table. */
    private static int enabledProcessors(Bytes table) {
        if (!table.slice(0, 4).equals(Bytes.utf8("APIC"))) {
            return 0;
        }
        int count = 0;
        for (int at = MADT_ENTRIES; at < table.u32(4); at += table.u8(at + 1)) {
            boolean local = table.u8(at) == 0 && (table.u32(at + 4) & 1) != 0;
            boolean x2 = table.u8(at) == 9 && (table.u32(at + 8) & 1) != 0;
            count += local || x2 ? 1 : 0;
        }
        return count;
    }
}
