package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.AcceptGpaPagesHeader;
import dev.igvmtool.abi.hv.GpaProtection;
import dev.igvmtool.abi.hv.HvSelf;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.hv.ModifyVtlProtectionMaskHeader;
import dev.igvmtool.abi.hv.RegisterAssociation;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.abi.hv.VpIndexFromApicIdHeader;
import dev.igvmtool.abi.hv.VpRegistersHeader;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.bootshim.plan.ShimFatalException;
import dev.igvmtool.machine.guest.Cpu;
import java.util.ArrayList;
import java.util.List;

/** The shim's way to the hypervisor: one hypercall page, one input and one output page in its image. */
record ShimHypercalls(Cpu cpu, ShimLayout layout) {
    /** Operating system id 1, Microsoft, in bits 40-47. */
    private static final long GUEST_OS_ID = 1L << 40;

    private static final long ENABLE = 1;
    private static final long PAGE_MASK = -4096L;
    private static final int PAGE_SHIFT = 12;
    private static final int PAGE_BYTES = 1 << PAGE_SHIFT;

    /** APIC ids that the input page holds behind the header. */
    private static final int MAX_APIC_IDS = 1020;

    /** Page numbers that the input page holds behind the header. */
    private static final int MAX_PROTECTED_PAGES = 510;

    /** The reference's batch; the hypervisor would take more. */
    private static final int MAX_ACCEPTED_PAGES = 509;

    /** Memory type RAM, visible to nobody else, for VTL 2. */
    private static final int RAM_OF_VTL2 = 0x401;

    static ShimHypercalls of(Cpu cpu) {
        return new ShimHypercalls(cpu, ShimLayout.of(cpu));
    }

    /** Names the guest and lays the hypercall page over the image. */
    void enable() {
        cpu.writeMsr(Msr.HV_GUEST_OS_ID, GUEST_OS_ID);
        long before = cpu.readMsr(Msr.HV_HYPERCALL);
        if ((before & ENABLE) != 0) {
            throw new ShimFatalException(String.format("the hypercall page is enabled already: 0x%x", before));
        }
        long page = layout.at(ShimLayout.Static.HYPERCALL_PAGE);
        cpu.writeMsr(Msr.HV_HYPERCALL, before & ~PAGE_MASK | page | ENABLE);
        ShimVariables.of(cpu).set(ShimVariables.Flag.HYPERCALLS_ON);
    }

    /** Takes the hypercall page away and forgets the name. */
    void disable() {
        long before = cpu.readMsr(Msr.HV_HYPERCALL);
        cpu.writeMsr(Msr.HV_HYPERCALL, before & ~PAGE_MASK & ~ENABLE);
        cpu.writeMsr(Msr.HV_GUEST_OS_ID, 0);
    }

    /** Result and value of one register of this VP. */
    Register readRegister(int name) {
        ByteWriter input = new ByteWriter();
        VpRegistersHeader.CODEC.write(input, VpRegistersHeader.self(TargetVtl.CURRENT));
        input.u32(Integer.toUnsignedLong(name));
        HypercallResult result = call(HypercallControl.rep(HypercallCode.GET_VP_REGISTERS, 1), input.toBytes());
        long value = cpu.memory()
                .read(RegisterValue.CODEC, layout.at(ShimLayout.Static.HYPERCALL_OUTPUT))
                .low();
        return new Register(result, value);
    }

    /** Outcome of reading a register; the value counts only on success. */
    record Register(HypercallResult result, long value) {}

    /** VP indexes of APIC ids, in their order. */
    List<Long> vpIndexes(List<Long> apicIds) {
        List<Long> indexes = new ArrayList<>();
        for (int from = 0; from < apicIds.size(); from += MAX_APIC_IDS) {
            List<Long> batch = apicIds.subList(from, Math.min(from + MAX_APIC_IDS, apicIds.size()));
            ByteWriter input = new ByteWriter();
            VpIndexFromApicIdHeader.CODEC.write(input, new VpIndexFromApicIdHeader(TargetVtl.CURRENT));
            batch.forEach(id -> input.u32(id & 0xffff_ffffL));
            HypercallControl control = HypercallControl.rep(HypercallCode.GET_VP_INDEX_FROM_APIC_ID, batch.size());
            HypercallResult result = call(control, input.toBytes());
            if (!result.isSuccess() || result.repsDone() != batch.size()) {
                throw new ShimFatalException("the hypervisor does not translate APIC ids: " + result);
            }
            for (int i = 0; i < batch.size(); i++) {
                indexes.add(cpu.memory().readU32(layout.at(ShimLayout.Static.HYPERCALL_OUTPUT) + i * 4L));
            }
        }
        return indexes;
    }

    /** Writes one register of this VP. */
    void writeRegister(int name, long value) {
        ByteWriter input = new ByteWriter();
        VpRegistersHeader.CODEC.write(input, VpRegistersHeader.self(TargetVtl.CURRENT));
        RegisterAssociation.CODEC.write(input, new RegisterAssociation(name, RegisterValue.of(value)));
        HypercallResult result = call(HypercallControl.rep(HypercallCode.SET_VP_REGISTERS, 1), input.toBytes());
        if (!result.isSuccess()) {
            throw new ShimFatalException(
                    String.format("the hypervisor does not set register 0x%08x: %s", name, result));
        }
    }

    /** Takes all access to a range of memory away from lower VTLs. */
    void protect(GpaRange range) {
        long last = range.end() >>> PAGE_SHIFT;
        for (long page = range.start() >>> PAGE_SHIFT; page < last; page += MAX_PROTECTED_PAGES) {
            int count = (int) Math.min(MAX_PROTECTED_PAGES, last - page);
            ByteWriter input = new ByteWriter();
            ModifyVtlProtectionMaskHeader.CODEC.write(
                    input, new ModifyVtlProtectionMaskHeader(GpaProtection.NONE, TargetVtl.CURRENT));
            for (int i = 0; i < count; i++) {
                input.u64(page + i);
            }
            rep(HypercallCode.MODIFY_VTL_PROTECTION_MASK, count, input.toBytes(), range);
        }
    }

    /** Makes a range of memory private to VTL2. */
    void accept(GpaRange range) {
        long last = range.end() >>> PAGE_SHIFT;
        for (long page = range.start() >>> PAGE_SHIFT; page < last; page += MAX_ACCEPTED_PAGES) {
            int count = (int) Math.min(MAX_ACCEPTED_PAGES, last - page);
            AcceptGpaPagesHeader header = new AcceptGpaPagesHeader(HvSelf.PARTITION, RAM_OF_VTL2, 0, 0, page);
            rep(HypercallCode.ACCEPT_GPA_PAGES, count, AcceptGpaPagesHeader.CODEC.toBytes(header), range);
        }
    }

    private void rep(HypercallCode code, int count, Bytes input, GpaRange range) {
        HypercallResult result = call(HypercallControl.rep(code, count), input);
        if (!result.isSuccess() || result.repsDone() != count) {
            throw new ShimFatalException("hypercall " + code.callName() + " fails for memory " + range + ": " + result);
        }
    }

    private HypercallResult call(HypercallControl control, Bytes input) {
        cpu.memory().writeBytes(layout.at(ShimLayout.Static.HYPERCALL_INPUT), input.paddedTo(PAGE_BYTES));
        cpu.set(Gpr.RCX, control.value());
        cpu.set(Gpr.RDX, layout.at(ShimLayout.Static.HYPERCALL_INPUT));
        cpu.set(Gpr.R8, layout.at(ShimLayout.Static.HYPERCALL_OUTPUT));
        cpu.callHypercallPage(layout.at(ShimLayout.Static.HYPERCALL_PAGE));
        return new HypercallResult(cpu.get(Gpr.RAX));
    }
}
