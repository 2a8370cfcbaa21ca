package dev.igvmtool.host.loader;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.abi.x64.TdxTrampolineContext;
import dev.igvmtool.format.context.VbsRegister;
import java.util.ArrayList;
import java.util.List;

/**
 * The registers of the boot processor as SNP and TDX images give them: in a VMSA (AMD64 Architecture Programmer's
 * Manual, volume 2, appendix B), and for the code in the reset page of a TD.
 */
final class StartStates {
    private static final int PAGE = 4096;
    private static final int SEGMENTS = 0x000;
    private static final int GDTR = 0x060;
    private static final int LDTR = 0x070;
    private static final int IDTR = 0x080;
    private static final int TR = 0x090;
    private static final int EFER = 0x0d0;
    private static final int CR4 = 0x148;
    private static final int CR3 = 0x150;
    private static final int CR0 = 0x158;
    private static final int RFLAGS = 0x170;
    private static final int RIP = 0x178;
    private static final int RSP = 0x1d8;
    private static final int RAX = 0x1f8;
    private static final int CR2 = 0x240;
    private static final int PAT = 0x268;
    private static final int RCX = 0x308;
    private static final int RDX = 0x310;
    private static final int RBX = 0x318;
    private static final int RBP = 0x328;
    private static final int RSI = 0x330;
    private static final int RDI = 0x338;
    private static final int R8 = 0x340;
    private static final int NUMBERED_REGISTERS = 8;
    private static final long RFLAGS_FIXED = 2;

    private static final long TDX_EFER = 0xd00;
    private static final long TDX_PAT = 0x0007_0406_0007_0406L;
    private static final int CODE_ATTRIBUTES = 0xa09b;
    private static final int DATA_ATTRIBUTES = 0xc093;
    private static final long FLAT_LIMIT = 0xffff_ffffL;

    private StartStates() {}

    /** Registers of a VMSA; a short one ends in zeros. */
    static List<VbsRegister> ofVmsa(Bytes content) {
        if (content.size() > PAGE) {
            throw new LoadException("VMSA of " + content.size() + " bytes, expected at most " + PAGE);
        }
        Bytes vmsa = content.paddedTo(PAGE);
        List<VbsRegister> registers = new ArrayList<>();
        // ES, CS, SS, DS, FS, GS stand in the order of their numbers.
        for (int i = SegmentRegister.ES.ordinal(); i <= SegmentRegister.GS.ordinal(); i++) {
            registers.add(VbsRegister.ofSegment(RegisterName.ES + i, segment(vmsa, SEGMENTS + 16 * i)));
        }
        registers.add(VbsRegister.ofSegment(RegisterName.ES + SegmentRegister.LDTR.ordinal(), segment(vmsa, LDTR)));
        registers.add(VbsRegister.ofSegment(RegisterName.ES + SegmentRegister.TR.ordinal(), segment(vmsa, TR)));
        registers.add(VbsRegister.ofTable(RegisterName.GDTR, table(vmsa, GDTR)));
        registers.add(VbsRegister.ofTable(RegisterName.IDTR, table(vmsa, IDTR)));
        add(registers, RegisterName.EFER, vmsa.u64(EFER));
        add(registers, RegisterName.CR0, vmsa.u64(CR0));
        add(registers, RegisterName.CR2, vmsa.u64(CR2));
        add(registers, RegisterName.CR3, vmsa.u64(CR3));
        add(registers, RegisterName.CR4, vmsa.u64(CR4));
        add(registers, RegisterName.PAT, vmsa.u64(PAT));
        add(registers, RegisterName.RFLAGS, vmsa.u64(RFLAGS) | RFLAGS_FIXED);
        add(registers, RegisterName.RIP, vmsa.u64(RIP));
        int[] general = {RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI};
        for (int i = 0; i < general.length; i++) {
            add(registers, RegisterName.RAX + i, vmsa.u64(general[i]));
        }
        for (int i = 0; i < NUMBERED_REGISTERS; i++) {
            add(registers, RegisterName.RAX + general.length + i, vmsa.u64(R8 + 8 * i));
        }
        return registers;
    }

    private static SegmentValue segment(Bytes vmsa, int offset) {
        int packed = vmsa.u16(offset + 2);
        int attributes = packed & 0xff | (packed & 0xf00) << 4;
        return new SegmentValue(vmsa.u64(offset + 8), vmsa.u32(offset + 4), vmsa.u16(offset), attributes);
    }

    private static TableValue table(Bytes vmsa, int offset) {
        return new TableValue((int) vmsa.u32(offset + 4) & 0xffff, vmsa.u64(offset + 8));
    }

    /** Registers when the code in the reset page of a TD has done its work on the boot processor. */
    static List<VbsRegister> ofResetPage(Bytes content) {
        TdxTrampolineContext context = TdxTrampolineContext.CODEC.read(
                content.slice(0, Math.min(content.size(), TdxTrampolineContext.CODEC.size())));
        SegmentValue data = new SegmentValue(0, FLAT_LIMIT, context.dataSelector(), DATA_ATTRIBUTES);
        List<VbsRegister> registers = new ArrayList<>();
        for (SegmentRegister register : List.of(
                SegmentRegister.ES, SegmentRegister.SS, SegmentRegister.DS, SegmentRegister.FS, SegmentRegister.GS)) {
            registers.add(VbsRegister.ofSegment(RegisterName.ES + register.ordinal(), data));
        }
        registers.add(VbsRegister.ofSegment(
                RegisterName.ES + SegmentRegister.CS.ordinal(),
                new SegmentValue(0, FLAT_LIMIT, context.codeSelector(), CODE_ATTRIBUTES)));
        registers.add(VbsRegister.ofTable(RegisterName.GDTR, new TableValue(context.gdtrLimit(), context.gdtrBase())));
        registers.add(VbsRegister.ofTable(RegisterName.IDTR, new TableValue(context.idtrLimit(), context.idtrBase())));
        add(registers, RegisterName.EFER, TDX_EFER);
        add(registers, RegisterName.PAT, TDX_PAT);
        add(registers, RegisterName.CR0, context.cr0());
        add(registers, RegisterName.CR3, context.cr3());
        add(registers, RegisterName.CR4, context.cr4());
        add(registers, RegisterName.RIP, context.initialRip());
        add(registers, RegisterName.RAX + 4, context.rsp());
        add(registers, RegisterName.RAX + 5, context.rbp());
        add(registers, RegisterName.RAX + 6, context.rsi());
        add(registers, RegisterName.RAX + 8, context.r8());
        add(registers, RegisterName.RAX + 9, context.r9());
        add(registers, RegisterName.RAX + 10, context.r10());
        add(registers, RegisterName.RAX + 11, context.r11());
        return registers;
    }

    private static void add(List<VbsRegister> registers, int name, long value) {
        registers.add(VbsRegister.ofU64(name, value));
    }
}
