package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import java.util.Arrays;
import java.util.List;

/** {@code HV_PSP_CPUID_PAGE}: the CPUID leaves for which an SNP guest asks the firmware to vouch. */
final class SnpCpuidPage {
    private static final int MAX_LEAVES = 64;
    private static final int LEAF_BYTES = 48;
    private static final int EXTENDED_STATE = 0xd;

    /** Function and index of each leaf, hexadecimal. */
    private static final String PARAVISOR =
            "8000001f/0 0/0 1/0 80000000/0 5/0 9/0 a/0 7/0 b/0 b/1 80000001/0 80000005/0"
                    + " 80000006/0 80000007/0 80000008/0 8000000a/0 8000001e/0 d/0 d/1 d/2 d/3 d/4 d/5 d/6 d/7 d/8 80000002/0"
                    + " 80000003/0 80000004/0 80000019/0 8000001a/0 8000001d/0 8000001d/1 8000001d/2 8000001d/3";

    private static final String UEFI =
            "8000001f/0 1/0 2/0 5/0 6/0 9/0 a/0 7/0 4/0 4/1 4/2 b/0 b/1 80000001/0 80000005/0"
                    + " 80000006/0 80000007/0 80000008/0 8000000a/0 8000001e/0";

    private SnpCpuidPage() {}

    /** The page of a paravisor. */
    static Bytes paravisor() {
        return page(PARAVISOR, 1);
    }

    /** The page of UEFI without a paravisor. */
    static Bytes uefi() {
        return page(UEFI, 0);
    }

    private static Bytes page(String list, int extendedStateXfem) {
        List<String> leaves = Arrays.asList(list.split(" ", -1));
        ByteWriter writer = new ByteWriter().u32(leaves.size()).zeros(12);
        for (String leaf : leaves) {
            int slash = leaf.indexOf('/');
            long function = Long.parseLong(leaf.substring(0, slash), 16);
            writer.u32(function)
                    .u32(Long.parseLong(leaf.substring(slash + 1), 16))
                    .u64(function == EXTENDED_STATE ? extendedStateXfem : 0)
                    .zeros(LEAF_BYTES - 16);
        }
        return writer.zeros((MAX_LEAVES - leaves.size()) * LEAF_BYTES).toBytes();
    }
}
