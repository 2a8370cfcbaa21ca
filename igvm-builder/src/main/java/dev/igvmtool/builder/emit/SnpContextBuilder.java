package dev.igvmtool.builder.emit;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.snp.Vmsa;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.builder.load.Acceptance;
import dev.igvmtool.builder.manifest.IsolationConfig;
import dev.igvmtool.builder.manifest.IsolationConfig.InjectionType;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.format.context.X64Register;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;

/**
 * A {@link Vmsa} page, for SNP; values: {@code vm/loader/igvmfilegen/src/vp_context_builder/snp.rs}.
 */
final class SnpContextBuilder implements VpContextBuilder {
    /** Address of the VMSA of a guest that boots Linux directly, as KVM has it. */
    static final long LINUX_DIRECT_VMSA_PAGE = 0xf_ffff_ffffL;

    private static final String TAG = "vp-context-page";
    private static final long EFER_SVME = 0x1000;
    private static final long CR0_ET = 0x10;
    private static final long CR4_MCE = 0x40;
    private static final int TRAMPOLINE_ENTRY = 9;

    /** Accepts pages 0x1000 to 0xff000, then jumps through the first eight bytes; int3 at 8 is the way out on error. */
    private static final Bytes TRAMPOLINE = Bytes.wrap(HexFormat.of()
            .parseHex("ccbe00100000bb0000100033c9ba010000008bc6f20f01ff72e64885c075e181c6001000003bf372e9"
                    + "ff25c9ffffff"));

    /** Who runs first. */
    enum Profile {
        PARAVISOR,
        UEFI,
        LINUX_DIRECT
    }

    private final Profile profile;
    private final IsolationConfig.Snp config;
    private final long encryptionBit;
    private final ByteBuffer vmsa = ByteBuffer.allocate(Vmsa.SIZE).order(ByteOrder.LITTLE_ENDIAN);

    /** @param encryptionBit of the page tables of {@link Profile#LINUX_DIRECT}; else 0 */
    SnpContextBuilder(Profile profile, IsolationConfig.Snp config, long encryptionBit) {
        this.profile = profile;
        this.config = config;
        this.encryptionBit = encryptionBit;
    }

    @Override
    public void finish(List<VbsRegister> registers, IgvmSink sink) {
        long page = profile == Profile.LINUX_DIRECT ? LINUX_DIRECT_VMSA_PAGE : sink.vpContextPage();
        if (page == IgvmSink.NO_PAGE) {
            return;
        }
        fillFixed();
        registers.forEach(this::fill);
        if (profile == Profile.UEFI) {
            Bytes entry = Bytes.wrap(copy(Vmsa.RIP, Long.BYTES));
            sink.importPages(0, 1, TAG, Acceptance.EXCLUSIVE, concat(entry, TRAMPOLINE));
            vmsa.putLong(Vmsa.RIP, TRAMPOLINE_ENTRY);
        }
        sink.acceptVpContextPage(page, TAG);
        sink.addVpContext(page << 12, Bytes.of(vmsa.array()));
    }

    private void fillFixed() {
        vmsa.putLong(Vmsa.EFER, EFER_SVME);
        vmsa.putLong(Vmsa.XCR0, 1);
        vmsa.putLong(Vmsa.SEV_FEATURES, features());
        switch (profile) {
            case PARAVISOR -> {}
            case UEFI ->
                vmsa.putLong(
                        Vmsa.VIRTUAL_TOM, 1L << config.sharedGpaBoundaryBits().orElse(0));
            case LINUX_DIRECT -> {
                selector(Vmsa.LDTR, 0, 0x82, 0xffff, 0);
                selector(Vmsa.TR, 0, 0x8b, 0xffff, 0);
                vmsa.putInt(Vmsa.IDTR + 4, 0xffff);
                vmsa.putLong(Vmsa.DR7, 0x400);
                vmsa.putLong(Vmsa.DR6, 0xffff_0ff0L);
                vmsa.putLong(Vmsa.RFLAGS, 2);
                vmsa.putInt(Vmsa.MXCSR, 0x1f80);
                vmsa.putShort(Vmsa.X87_FCW, (short) 0x37f);
            }
        }
    }

    /** {@code SEV_FEATURES}. */
    private long features() {
        boolean restricted = config.injectionType() == InjectionType.RESTRICTED;
        return switch (profile) {
            // SNP active, debug swap, prevent host IBS, BTB isolation, VMSA register protection, IBPB on entry
            case PARAVISOR -> 0x2040e1 | (restricted ? 1 << 3 : 0) | (config.secureAvic() ? 1 << 16 : 0);
            // SNP active, vTOM, restricted injection, debug swap
            case UEFI -> 0x2b;
            case LINUX_DIRECT -> 1;
        };
    }

    private void fill(VbsRegister register) {
        X64Register name = X64Register.of(register.name()).orElseThrow();
        boolean direct = profile == Profile.LINUX_DIRECT;
        switch (name) {
            case ES -> segment(SegmentRegister.ES, register);
            case CS -> segment(SegmentRegister.CS, register);
            case SS -> segment(SegmentRegister.SS, register);
            case DS -> segment(SegmentRegister.DS, register);
            case FS -> segment(SegmentRegister.FS, register);
            case GS -> segment(SegmentRegister.GS, register);
            case TR -> segment(SegmentRegister.TR, register);
            case GDTR -> {
                TableValue table = register.table();
                selector(Vmsa.GDTR, 0, 0, table.limit(), table.base());
            }
            case EFER -> vmsa.putLong(Vmsa.EFER, register.u64() | EFER_SVME);
            case CR0 -> vmsa.putLong(Vmsa.CR0, register.u64() | (direct ? CR0_ET : 0));
            case CR3 -> vmsa.putLong(Vmsa.CR3, register.u64() | encryptionBit);
            case CR4 -> vmsa.putLong(Vmsa.CR4, register.u64() | (direct ? CR4_MCE : 0));
            case RIP -> vmsa.putLong(Vmsa.RIP, register.u64());
            case PAT -> vmsa.putLong(Vmsa.PAT, register.u64());
            case RBP -> vmsa.putLong(Vmsa.RBP, register.u64());
            case RSI -> vmsa.putLong(Vmsa.RSI, register.u64());
            case R8, R9, R10, R11, R12 ->
                vmsa.putLong(Vmsa.R8 + 8 * (name.number() - X64Register.R8.number()), register.u64());
            case MTRR_DEF_TYPE, MTRR_FIX_64K_00000, MTRR_FIX_16K_80000 -> {
                // The VMSA has no MTRRs: the guest sets them itself.
            }
            default -> throw new IllegalArgumentException(name + " has no place in a VMSA");
        }
    }

    private void segment(SegmentRegister name, VbsRegister register) {
        SegmentValue value = register.segment();
        selector(Vmsa.offsetOf(name), value.selector(), Vmsa.packed(value.attributes()), value.limit(), value.base());
    }

    private void selector(int offset, int selector, int attributes, long limit, long base) {
        vmsa.putShort(offset, (short) selector);
        vmsa.putShort(offset + 2, (short) attributes);
        vmsa.putInt(offset + 4, (int) limit);
        vmsa.putLong(offset + 8, base);
    }

    private byte[] copy(int offset, int length) {
        byte[] result = new byte[length];
        vmsa.get(offset, result);
        return result;
    }

    private static Bytes concat(Bytes first, Bytes second) {
        byte[] result = new byte[first.size() + second.size()];
        first.copyTo(0, result, 0, first.size());
        second.copyTo(0, result, first.size(), second.size());
        return Bytes.wrap(result);
    }
}
