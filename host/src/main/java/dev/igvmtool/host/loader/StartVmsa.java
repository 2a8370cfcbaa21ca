package dev.igvmtool.host.loader;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.snp.Vmsa;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.format.context.VbsRegister;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@link Vmsa}, in which SNP images give the start state of a processor.
 *
 * @param content a page; a short one ends in zeros
 */
record StartVmsa(Bytes content) {
    private static final long RFLAGS_FIXED = 2;

    private static final int BASE_IN_TABLE = 8;

    /** @throws LoadException if there is more than a page */
    StartVmsa {
        if (content.size() > Vmsa.SIZE) {
            throw new LoadException("VMSA of " + content.size() + " bytes, expected at most " + Vmsa.SIZE);
        }
        content = content.paddedTo(Vmsa.SIZE);
    }

    long cr3() {
        return content.u64(Vmsa.CR3);
    }

    long cr4() {
        return content.u64(Vmsa.CR4);
    }

    /** The same state for an image that has moved: page tables, code and descriptors are elsewhere. */
    StartVmsa relocated(Relocation relocation) {
        byte[] moved = content.toByteArray();
        ByteBuffer fields = ByteBuffer.wrap(moved).order(ByteOrder.LITTLE_ENDIAN);
        fields.putLong(Vmsa.CR3, cr3() + relocation.offset());
        if (relocation.region().appliesToPc()) {
            fields.putLong(Vmsa.RIP, relocation.apply(content.u64(Vmsa.RIP)));
        }
        if (relocation.region().appliesToGdtr()) {
            fields.putLong(Vmsa.GDTR + BASE_IN_TABLE, relocation.apply(content.u64(Vmsa.GDTR + BASE_IN_TABLE)));
        }
        return new StartVmsa(Bytes.wrap(moved));
    }

    /** All registers that a VMSA has, as the hypervisor names them. */
    List<VbsRegister> registers() {
        List<VbsRegister> registers = new ArrayList<>();
        for (SegmentRegister register : SegmentRegister.values()) {
            registers.add(
                    VbsRegister.ofSegment(RegisterName.ES + register.ordinal(), segment(Vmsa.offsetOf(register))));
        }
        registers.add(VbsRegister.ofTable(RegisterName.GDTR, table(Vmsa.GDTR)));
        registers.add(VbsRegister.ofTable(RegisterName.IDTR, table(Vmsa.IDTR)));
        add(registers, RegisterName.EFER, content.u64(Vmsa.EFER));
        add(registers, RegisterName.CR0, content.u64(Vmsa.CR0));
        add(registers, RegisterName.CR2, content.u64(Vmsa.CR2));
        add(registers, RegisterName.CR3, content.u64(Vmsa.CR3));
        add(registers, RegisterName.CR4, content.u64(Vmsa.CR4));
        add(registers, RegisterName.PAT, content.u64(Vmsa.PAT));
        add(registers, RegisterName.RFLAGS, content.u64(Vmsa.RFLAGS) | RFLAGS_FIXED);
        add(registers, RegisterName.RIP, content.u64(Vmsa.RIP));
        for (Gpr register : Gpr.values()) {
            add(registers, RegisterName.RAX + register.ordinal(), content.u64(Vmsa.offsetOf(register)));
        }
        return registers;
    }

    private SegmentValue segment(int offset) {
        int attributes = Vmsa.unpacked(content.u16(offset + 2));
        return new SegmentValue(content.u64(offset + 8), content.u32(offset + 4), content.u16(offset), attributes);
    }

    private TableValue table(int offset) {
        return new TableValue((int) content.u32(offset + 4) & 0xffff, content.u64(offset + 8));
    }

    private static void add(List<VbsRegister> registers, int name, long value) {
        registers.add(VbsRegister.ofU64(name, value));
    }
}
