package dev.igvmtool.builder.load;

import dev.igvmtool.abi.arm.Aarch64Register;
import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.format.context.X64Register;
import java.util.List;
import java.util.function.Consumer;

/** Register values that loaders have in common. */
final class Registers {
    /** The page attribute table after reset. */
    static final long PAT = 0x0007_0406_0007_0406L;

    private static final List<X64Register> DATA_SEGMENTS =
            List.of(X64Register.DS, X64Register.ES, X64Register.FS, X64Register.GS, X64Register.SS);
    private static final long CODE_DESCRIPTOR = 0x00a0_9b00_0000_ffffL;
    private static final long DATA_DESCRIPTOR = 0x00c0_9300_0000_ffffL;
    private static final int CODE_ATTRIBUTES = 0xa09b;
    private static final int DATA_ATTRIBUTES = 0xc093;
    private static final int BUSY_TSS_ATTRIBUTES = 0x8b;
    private static final int GDT_LIMIT = 0x1f;

    private Registers() {}

    static VbsRegister of(X64Register register, long value) {
        return VbsRegister.ofU64(register.number(), value);
    }

    static VbsRegister of(Aarch64Register register, long value) {
        return VbsRegister.ofU64(register.number(), value);
    }

    /** A flat GDT of four entries: the code segment at {@code codeIndex}, the data segment behind it. */
    static Bytes gdt(int codeIndex) {
        ByteWriter gdt = new ByteWriter();
        for (int i = 0; i < 4; i++) {
            gdt.u64(i == codeIndex ? CODE_DESCRIPTOR : i == codeIndex + 1 ? DATA_DESCRIPTOR : 0);
        }
        return gdt.toBytes();
    }

    /** GDTR and segment registers for {@link #gdt}, in the order of the reference. */
    static void importSegments(Consumer<VbsRegister> sink, long gdtGpa, int codeIndex) {
        sink.accept(VbsRegister.ofTable(X64Register.GDTR.number(), new TableValue(GDT_LIMIT, gdtGpa)));
        SegmentValue data = new SegmentValue(0, 0xffff_ffffL, (codeIndex + 1) * 8, DATA_ATTRIBUTES);
        DATA_SEGMENTS.forEach(register -> sink.accept(VbsRegister.ofSegment(register.number(), data)));
        SegmentValue code = new SegmentValue(0, 0xffff_ffffL, codeIndex * 8, CODE_ATTRIBUTES);
        sink.accept(VbsRegister.ofSegment(X64Register.CS.number(), code));
    }

    /** An empty busy task state segment. */
    static VbsRegister emptyTask() {
        return VbsRegister.ofSegment(X64Register.TR.number(), new SegmentValue(0, 0xffff, 0, BUSY_TSS_ATTRIBUTES));
    }

    /** Write-back for the first megabyte of ordinary memory, and MTRRs on. */
    static void importMtrrs(Consumer<VbsRegister> sink) {
        sink.accept(of(X64Register.MTRR_DEF_TYPE, 0xc00));
        sink.accept(of(X64Register.MTRR_FIX_64K_00000, 0x0606_0606_0606_0606L));
        sink.accept(of(X64Register.MTRR_FIX_16K_80000, 0x0606_0606_0606_0606L));
    }
}
