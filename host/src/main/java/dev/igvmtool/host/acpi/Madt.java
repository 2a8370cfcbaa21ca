package dev.igvmtool.host.acpi;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;

/** Multiple APIC Description Table, signature {@code APIC}. Specification: ACPI 6.5, section 5.2.12. */
public final class Madt {
    private static final int REVISION = 5;
    private static final long LOCAL_APIC_ADDRESS = 0xfee0_0000L;
    private static final long IO_APIC_ADDRESS = 0xfec0_0000L;

    /** The machine has two 8259 interrupt controllers besides. */
    private static final int PCAT_COMPAT = 1;

    private static final int ISA = 0;
    private static final int SCI = 9;
    private static final int ACTIVE_HIGH = 1;
    private static final int LEVEL = 3 << 2;
    private static final int TIMER_IRQ = 0;
    private static final int TIMER_INTERRUPT = 2;
    private static final int ALL_PROCESSORS = 0xff;

    private Madt() {}

    /**
     * The table. ACPI processor UIDs are the VP indexes plus 1.
     *
     * @param apicIds in VP index order, as unsigned numbers
     */
    public static Bytes of(int[] apicIds) {
        ByteWriter table = AcpiTable.start("APIC", REVISION);
        table.u32(LOCAL_APIC_ADDRESS).u32(PCAT_COMPAT);
        ioApic(table);
        override(table, SCI, SCI, ACTIVE_HIGH | LEVEL);
        override(table, TIMER_IRQ, TIMER_INTERRUPT, 0);
        localNmi(table);
        for (int i = 0; i < apicIds.length; i++) {
            localApic(table, Integer.toUnsignedLong(apicIds[i]), i + 1);
        }
        return AcpiTable.finish(table);
    }

    private static void ioApic(ByteWriter table) {
        table.u8(1).u8(12).u8(0).u8(0).u32(IO_APIC_ADDRESS).u32(0);
    }

    private static void override(ByteWriter table, int irq, int interrupt, int flags) {
        table.u8(2).u8(10).u8(ISA).u8(irq).u32(interrupt).u16(flags);
    }

    /** LINT1 of every processor is the NMI. */
    private static void localNmi(ByteWriter table) {
        table.u8(4).u8(6).u8(ALL_PROCESSORS).u16(0).u8(1);
    }

    private static void localApic(ByteWriter table, long apicId, int uid) {
        if (apicId <= AcpiTable.MAX_XAPIC_ID && uid <= 0xff) {
            table.u8(0).u8(8).u8(uid).u8((int) apicId).u32(AcpiTable.ENABLED);
        } else {
            table.u8(9).u8(16).u16(0).u32(apicId).u32(AcpiTable.ENABLED).u32(uid);
        }
    }
}
