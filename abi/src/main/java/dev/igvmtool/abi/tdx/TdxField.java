package dev.igvmtool.abi.tdx;

/**
 * Identifiers of metadata fields (TDX module ABI, MD_FIELD_ID): field code in bits 0 to 23, element size in bits 32 and 33
 * (1 for 16 bits to 3 for 64), context in bits 52 to 54, class in bits 56 to 61.
 */
public final class TdxField {
    /** TD scope: what the TD was configured with. */
    public static final long CONFIG_FLAGS = 0x9110_0003_0000_0016L;

    private static final int CONTEXT_SHIFT = 52;
    private static final long CONTEXT_VP = 2;
    private static final int CLASS_SHIFT = 56;
    private static final int CLASS_MASK = 0x3f;
    private static final int CLASS_VMCS_1 = 36;
    private static final int CLASSES_PER_PARTITION = 8;
    private static final int SIZE_SHIFT = 32;
    private static final int CODE_MASK = 0xff_ffff;

    private TdxField() {}

    /**
     * A field of the VMCS of a partition.
     *
     * @param partition 1 to 3
     * @param field see {@link VmcsField}
     */
    public static long vmcs(int partition, int field) {
        long size = Integer.numberOfTrailingZeros(VmcsField.sizeBytes(field));
        return (long) (CLASS_VMCS_1 + (partition - 1) * CLASSES_PER_PARTITION) << CLASS_SHIFT
                | CONTEXT_VP << CONTEXT_SHIFT
                | size << SIZE_SHIFT
                | field;
    }

    /** The partition whose VMCS a field belongs to, 0 if it is none of those. */
    public static int vmcsPartition(long identifier) {
        int fieldClass = (int) (identifier >>> CLASS_SHIFT) & CLASS_MASK;
        int partition = (fieldClass - CLASS_VMCS_1) / CLASSES_PER_PARTITION + 1;
        boolean isVmcs = fieldClass >= CLASS_VMCS_1
                && partition <= 3
                && vmcs(partition, code(identifier)) == (identifier & ~(1L << 63));
        return isVmcs ? partition : 0;
    }

    /** The field code: for VMCS fields, the encoding. */
    public static int code(long identifier) {
        return (int) identifier & CODE_MASK;
    }
}
