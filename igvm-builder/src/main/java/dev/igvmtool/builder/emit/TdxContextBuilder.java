package dev.igvmtool.builder.emit;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.builder.load.Acceptance;
import dev.igvmtool.builder.manifest.ManifestException;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.format.context.X64Register;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The reset page, for TDX: processors start in it in protected mode, and it loads the state that the image asks for.
 * {@code vm/loader/igvmfilegen/src/vp_context_builder/tdx.rs}.
 */
final class TdxContextBuilder implements VpContextBuilder {
    private static final long RESET_PAGE = 0xf_ffff;
    private static final int CODE = 0xa8;
    private static final int RESET_VECTOR = 0xff0;
    private static final int TEMPORARY_GDT = 0x98;
    private static final long LME = 0x100;
    private static final long DEFAULT_PAT = 0x0007_0406_0007_0406L;

    /** Page offset 0xa8: from reset to 64-bit code on the real tables, and the mailbox of other processors. */
    private static final String COMMON =
            "0f011516f0ffff8b0588f0ffff0f22e08b0590f0ffff0f22d88b0578f0ffff0f22c0ead1f0ffff0800488b05"
                    + "a8ffffff0f22d8668b0554ffffff6685c0743a0f011548ffffff668b0529ffffff6685c074070f011d1dffff"
                    + "ff668b050cffffff8ed08ed88ec08ee08ee8668b0503ffffff6685c074030f00d885f6743631c0b9001c0000"
                    + "4d31d241bb1f00000041bc02080000660f01cc8b05bffeffff4139c375f531db8b1daefeffffba0100000039"
                    + "d375e4";

    /** Page offset 0x15b: clear the task selector, load the context, go. */
    private static final String WITH_PARAVISOR =
            "85f674184831c066890597feffff488b0598feffff488905b1feffff488b25c2feffff488b2dc3feffff8bce"
                    + "488b35c2feffff4c8b05c3feffff4c8b0dc4feffff4c8b15c5feffff4c8b1dc6feffff668b057ffeffff6685"
                    + "c0740748ff2d6bfeffff48ff2564feffff";

    /** Page offset 0x15b: the first processor accepts the low megabyte, then as above. */
    private static final String WITHOUT_PARAVISOR =
            "85f6752533c933d2bf00001000b806000000660f01cc4885c00f85750e000081c1001000003bcf72e485f674"
                    + "184831c06689056efeffff488b056ffeffff48890588feffff488b2599feffff488b2d9afeffff8bce488b35"
                    + "99feffff4c8b059afeffff4c8b0d9bfeffff4c8b159cfeffff4c8b1d9dfeffff668b0556feffff6685c07407"
                    + "48ff2d42feffff48ff253bfeffff";

    private final boolean withParavisor;
    private final ByteBuffer page = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);

    TdxContextBuilder(boolean withParavisor) {
        this.withParavisor = withParavisor;
    }

    @Override
    public void finish(List<VbsRegister> registers, IgvmSink sink) {
        Arrays.fill(page.array(), CODE, 4096, (byte) 0xcc);
        page.putShort(0x16, (short) 0x0f);
        page.putInt(0x18, 0xffff_f000 + TEMPORARY_GDT);
        page.putLong(TEMPORARY_GDT + 8, 0x00a0_9b00_0000_ffffL);
        // The reference patches a jump displacement into the byte before its code: the last byte of the GDT.
        page.put(CODE - 1, (byte) 0x46);
        byte[] code = HexFormat.of().parseHex(COMMON + (withParavisor ? WITH_PARAVISOR : WITHOUT_PARAVISOR));
        page.put(CODE, code);
        page.put(RESET_VECTOR, HexFormat.of().parseHex("e9b3f0ffff"));
        registers.forEach(this::fill);
        sink.importPages(RESET_PAGE, 1, "vp-context-page", Acceptance.EXCLUSIVE, Bytes.of(page.array()));
    }

    private void fill(VbsRegister register) {
        X64Register name = X64Register.of(register.name()).orElseThrow();
        long value = register.u64();
        switch (name) {
            case DS, ES, FS, GS, SS -> dataSelector(register.segment().selector());
            case CS -> page.putShort(0x30, (short) register.segment().selector());
            case TR -> page.putShort(0x1c, (short) register.segment().selector());
            case GDTR -> {
                TableValue table = register.table();
                page.putShort(0x36, (short) table.limit());
                page.putLong(0x38, table.base());
            }
            case RIP -> page.putLong(0x28, value);
            case RSP -> page.putLong(0x40, value);
            case RBP -> page.putLong(0x48, value);
            case RSI -> page.putLong(0x50, value);
            case R8, R9, R10, R11 -> page.putLong(0x58 + 8 * (name.number() - X64Register.R8.number()), value);
            case CR0 -> page.putLong(0x78, value);
            case CR3 -> {
                if (value >>> 32 != 0) {
                    throw new ManifestException(
                            String.format("TDX page tables stand at 0x%x, they must stand below 4 GiB", value));
                }
                page.putLong(0x80, value);
                page.putInt(0x90, (int) value);
            }
            case CR4 -> page.putLong(0x88, value);
            case EFER -> expect(name, (value & LME) != 0);
            case PAT -> expect(name, value == DEFAULT_PAT);
            case MTRR_DEF_TYPE, MTRR_FIX_64K_00000, MTRR_FIX_16K_80000 -> {
                // The TDX module virtualizes MTRRs; they start as the image would set them.
            }
            default -> throw new IllegalArgumentException(name + " has no place in a TDX reset page");
        }
    }

    /** All data segments have one selector. */
    private void dataSelector(int selector) {
        expect(X64Register.DS, page.getShort(0x14) == 0 || page.getShort(0x14) == selector);
        page.putShort(0x14, (short) selector);
    }

    private static void expect(X64Register register, boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException(register + " has a value that a TDX reset page cannot load");
        }
    }
}
