package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code hv_input_translate_virtual_address}, 32 bytes, of both forms.
 *
 * @param controlFlags bits 0 validate read, 1 write, 2 execute, 3 privilege exempt, 4 set page-table bits, 5 to 9
 *     below; bits 56-63
 *     VTL, see {@link TargetVtl}
 * @param gvaPage virtual page number
 */
public record TranslateVirtualAddressInput(
        @U64 long partitionId,
        @U32 int vpIndex,
        @U32 int reserved,
        @U64 long controlFlags,
        @U64 long gvaPage) {
    public static final long VALIDATE_READ = 1;
    public static final long VALIDATE_WRITE = 2;
    public static final long VALIDATE_EXECUTE = 4;
    public static final long PRIVILEGE_EXEMPT = 8;
    public static final long SET_PAGE_TABLE_BITS = 16;
    public static final long TLB_FLUSH_INHIBIT = 0x20;
    public static final long SUPERVISOR_ACCESS = 0x40;
    public static final long USER_ACCESS = 0x80;
    public static final long ENFORCE_SMAP = 0x100;
    public static final long OVERRIDE_SMAP = 0x200;

    /** Every flag; those above are reserved, bits 56-63 apart. */
    public static final long ALL_FLAGS = 0x3ff;

    public static final Codec<TranslateVirtualAddressInput> CODEC =
            Codec.of(TranslateVirtualAddressInput.class, lookup());

    public TranslateVirtualAddressInput(long controlFlags, TargetVtl vtl, long gvaPage) {
        this(HvSelf.PARTITION, HvSelf.VP, 0, controlFlags | (long) vtl.value() << 56, gvaPage);
    }
}
