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

/** The page at the reset vector of a TD, in which TDX images give the start state: a context for the code behind it. */
final class ResetPage {
    private static final long PAT = 0x0007_0406_0007_0406L;
    private static final int CODE_ATTRIBUTES = 0xa09b;
    private static final int DATA_ATTRIBUTES = 0xc093;
    private static final long FLAT_LIMIT = 0xffff_ffffL;

    private ResetPage() {}

    /** Registers when the code in the reset page of a TD has done its work on the boot processor. */
    static List<VbsRegister> registers(Bytes content) {
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
        add(registers, RegisterName.EFER, TdxTrampolineContext.EFER);
        add(registers, RegisterName.PAT, PAT);
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
