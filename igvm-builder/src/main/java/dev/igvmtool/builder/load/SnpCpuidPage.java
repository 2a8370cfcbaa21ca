package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;

/** {@code HV_PSP_CPUID_PAGE}: the CPUID leaves for which an SNP guest asks the firmware to vouch. */
final class SnpCpuidPage {
    private static final int MAX_LEAVES = 64;
    private static final int LEAF_BYTES = 48;
    private static final int EXTENDED_STATE = 0xd;

    /** Function and index, alternating. */
    private static final int[] PARAVISOR = {
        0x8000001f,
        0,
        0x0,
        0,
        0x1,
        0,
        0x80000000,
        0,
        0x5,
        0,
        0x9,
        0,
        0xa,
        0,
        0x7,
        0,
        0xb,
        0,
        0xb,
        1, //
        0x80000001,
        0,
        0x80000005,
        0,
        0x80000006,
        0,
        0x80000007,
        0,
        0x80000008,
        0,
        0x8000000a,
        0,
        0x8000001e,
        0, //
        0xd,
        0,
        0xd,
        1,
        0xd,
        2,
        0xd,
        3,
        0xd,
        4,
        0xd,
        5,
        0xd,
        6,
        0xd,
        7,
        0xd,
        8, //
        0x80000002,
        0,
        0x80000003,
        0,
        0x80000004,
        0,
        0x80000019,
        0,
        0x8000001a,
        0, //
        0x8000001d,
        0,
        0x8000001d,
        1,
        0x8000001d,
        2,
        0x8000001d,
        3
    };

    private static final int[] UEFI = {
        0x8000001f,
        0,
        0x1,
        0,
        0x2,
        0,
        0x5,
        0,
        0x6,
        0,
        0x9,
        0,
        0xa,
        0,
        0x7,
        0,
        0x4,
        0,
        0x4,
        1,
        0x4,
        2,
        0xb,
        0,
        0xb,
        1, //
        0x80000001,
        0,
        0x80000005,
        0,
        0x80000006,
        0,
        0x80000007,
        0,
        0x80000008,
        0,
        0x8000000a,
        0,
        0x8000001e,
        0
    };

    private SnpCpuidPage() {}

    /** The page of a paravisor. */
    static Bytes paravisor() {
        return page(PARAVISOR, 1);
    }

    /** The page of UEFI without a paravisor. */
    static Bytes uefi() {
        return page(UEFI, 0);
    }

    private static Bytes page(int[] leaves, int extendedStateXfem) {
        ByteWriter writer = new ByteWriter().u32(leaves.length / 2).zeros(12);
        for (int i = 0; i < leaves.length; i += 2) {
            writer.u32(Integer.toUnsignedLong(leaves[i]))
                    .u32(leaves[i + 1])
                    .u64(leaves[i] == EXTENDED_STATE ? extendedStateXfem : 0)
                    .zeros(LEAF_BYTES - 16);
        }
        return writer.zeros((MAX_LEAVES - leaves.length / 2) * LEAF_BYTES).toBytes();
    }
}
