package dev.igvmtool.paravisor.vtl0;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;

/** The DSDT: sleep states, I/O APIC, COM1 and clock as fixed AML, then one device for each processor. */
final class Dsdt {
    /** AML of {@code \_S0_}, {@code \_S5_}, {@code \_SB_.APIC}, {@code \_SB_.UAR1}, {@code \_SB_.RTC0}. */
    private static final String FIXED = "085c5f53305f1204020000" + "085c5f53355f1204020000"
            + "5b82385c2e5f53425f41504943085f4849440c41d00003085f43525311"
            + "1d0a1a86090001" + "0000e0fe00100000" + "86090001" + "0000c0fe00100000" + "7900"
            + "5b8243045c2e5f53425f55415231085f4849440c41d00501085f44444e0d434f4d3100085f55494401085f43525311"
            + "160a134701f803f803010889060003010400000079" + "00"
            + "5b82375c2e5f53425f52544330085f4849440c41d00b00085f55494400085f43525311"
            + "160a1347017000700000028906000301080000" + "007900";

    private Dsdt() {}

    static Bytes table(int processorCount) {
        ByteWriter body = new ByteWriter().bytes(Bytes.fromHex(FIXED));
        for (int i = 1; i <= processorCount; i++) {
            Bytes device = processor(i);
            body.u8(0x5b).u8(0x82).u8(device.size() + 1).bytes(device);
        }
        return AcpiTable.of("DSDT", 2, "MSFTVM", "DSDT01", 1, "MSFT", 0x0500_0000, body.toBytes());
    }

    private static Bytes processor(int uid) {
        ByteWriter body = new ByteWriter()
                .u8('P' + uid / 1000)
                .bytes(Bytes.utf8(String.format("%03d", uid % 1000)))
                .bytes(Bytes.fromHex("08" + "5f484944" + "0d"))
                .bytes(Bytes.utf8("ACPI0007"))
                .u8(0)
                .bytes(Bytes.fromHex("08" + "5f554944"));
        if (uid == 1) {
            body.u8(1); // OneOp
        } else if (uid < 0x100) {
            body.u8(0x0a).u8(uid);
        } else {
            body.u8(0x0b).u16(uid);
        }
        return body.bytes(Bytes.fromHex("1409" + "5f535441" + "00a40a0f")).toBytes();
    }
}
