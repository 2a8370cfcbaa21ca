package dev.igvmtool.host.loader;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.format.context.VbsRegister;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A VMSA, in which SNP images give the start state of a processor. Specification: AMD64 Architecture Programmer's Manual,
 * volume 2, appendix B.
 *
 * @param content a page; a short one ends in zeros
 */
record Vmsa(Bytes content) {
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

    private static final int BASE_IN_TABLE = 8;

    /** @throws LoadException if there is more than a page */
    Vmsa {
        if (content.size() > PAGE) {
            throw new LoadException("VMSA of " + content.size() + " bytes, expected at most " + PAGE);
        }
        content = content.paddedTo(PAGE);
    }

    long cr3() {
        return content.u64(CR3);
    }

    long cr4() {
        return content.u64(CR4);
    }

    /** The same state for an image that has moved: page tables, code and descriptors are elsewhere. */
    Vmsa relocated(Relocation relocation) {
        byte[] moved = content.toByteArray();
        ByteBuffer fields = ByteBuffer.wrap(moved).order(ByteOrder.LITTLE_ENDIAN);
        fields.putLong(CR3, cr3() + relocation.offset());
        if (relocation.region().appliesToPc()) {
            fields.putLong(RIP, relocation.apply(content.u64(RIP)));
        }
        if (relocation.region().appliesToGdtr()) {
            fields.putLong(GDTR + BASE_IN_TABLE, relocation.apply(content.u64(GDTR + BASE_IN_TABLE)));
        }
        return new Vmsa(Bytes.wrap(moved));
    }

    /** All registers that a VMSA has, as the hypervisor names them. */
    List<VbsRegister> registers() {
        List<VbsRegister> registers = new ArrayList<>();
        // ES, CS, SS, DS, FS, GS stand in the order of their numbers.
        for (int i = SegmentRegister.ES.ordinal(); i <= SegmentRegister.GS.ordinal(); i++) {
            registers.add(VbsRegister.ofSegment(RegisterName.ES + i, segment(SEGMENTS + 16 * i)));
        }
        registers.add(VbsRegister.ofSegment(RegisterName.ES + SegmentRegister.LDTR.ordinal(), segment(LDTR)));
        registers.add(VbsRegister.ofSegment(RegisterName.ES + SegmentRegister.TR.ordinal(), segment(TR)));
        registers.add(VbsRegister.ofTable(RegisterName.GDTR, table(GDTR)));
        registers.add(VbsRegister.ofTable(RegisterName.IDTR, table(IDTR)));
        add(registers, RegisterName.EFER, content.u64(EFER));
        add(registers, RegisterName.CR0, content.u64(CR0));
        add(registers, RegisterName.CR2, content.u64(CR2));
        add(registers, RegisterName.CR3, content.u64(CR3));
        add(registers, RegisterName.CR4, content.u64(CR4));
        add(registers, RegisterName.PAT, content.u64(PAT));
        add(registers, RegisterName.RFLAGS, content.u64(RFLAGS) | RFLAGS_FIXED);
        add(registers, RegisterName.RIP, content.u64(RIP));
        int[] general = {RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI};
        for (int i = 0; i < general.length; i++) {
            add(registers, RegisterName.RAX + i, content.u64(general[i]));
        }
        for (int i = 0; i < NUMBERED_REGISTERS; i++) {
            add(registers, RegisterName.RAX + general.length + i, content.u64(R8 + 8 * i));
        }
        return registers;
    }

    private SegmentValue segment(int offset) {
        int packed = content.u16(offset + 2);
        int attributes = packed & 0xff | (packed & 0xf00) << 4;
        return new SegmentValue(content.u64(offset + 8), content.u32(offset + 4), content.u16(offset), attributes);
    }

    private TableValue table(int offset) {
        return new TableValue((int) content.u32(offset + 4) & 0xffff, content.u64(offset + 8));
    }

    private static void add(List<VbsRegister> registers, int name, long value) {
        registers.add(VbsRegister.ofU64(name, value));
    }
}
