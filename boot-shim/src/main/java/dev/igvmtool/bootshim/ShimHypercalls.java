package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.hv.AcceptGpaPagesHeader;
import dev.igvmtool.abi.hv.ArmInitialVpContext;
import dev.igvmtool.abi.hv.ArmVpStartInput;
import dev.igvmtool.abi.hv.GpaProtection;
import dev.igvmtool.abi.hv.HvSelf;
import dev.igvmtool.abi.hv.HvStatus;
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
import dev.igvmtool.bootshim.plan.ShimFatalException;
import dev.igvmtool.machine.guest.ArmCpu;
import dev.igvmtool.machine.guest.Cpu;
import java.util.ArrayList;
import java.util.List;

/** The shim's way to the hypervisor: one input and one output page in its image, and the call of its architecture. */
record ShimHypercalls(Memory memory, ShimLayout layout, Conduit conduit) {
    private static final int VTL2 = 2;
    private static final int PAGE_SHIFT = 12;
    private static final int PAGE_BYTES = 1 << PAGE_SHIFT;

    /** Page numbers that the input page holds behind the header. */
    private static final int MAX_PROTECTED_PAGES = 510;

    /** The reference's batch; the hypervisor would take more. */
    private static final int MAX_ACCEPTED_PAGES = 509;

    /** Memory type RAM, visible to nobody else, for VTL 2. */
    private static final int RAM_OF_VTL2 = 0x401;

    /** How a call is made. */
    @FunctionalInterface
    interface Conduit {
        /** Calls with input and output in memory. */
        HypercallResult call(HypercallControl control, long inputGpa, long outputGpa);
    }

    /** Through the hypercall page. */
    static ShimHypercalls of(Cpu cpu) {
        ShimLayout layout = ShimLayout.of(cpu);
        return new ShimHypercalls(cpu.memory(), layout, (control, inputGpa, outputGpa) -> {
            cpu.set(Gpr.RCX, control.value());
            cpu.set(Gpr.RDX, inputGpa);
            cpu.set(Gpr.R8, outputGpa);
            cpu.callHypercallPage(layout.at(ShimLayout.Static.HYPERCALL_PAGE));
            return new HypercallResult(cpu.get(Gpr.RAX));
        });
    }

    /** By HVC. */
    static ShimHypercalls of(ArmCpu cpu) {
        return new ShimHypercalls(cpu.memory(), ShimLayout.of(cpu), (control, inputGpa, outputGpa) -> {
            cpu.setX(0, control.value());
            cpu.setX(1, inputGpa);
            cpu.setX(2, outputGpa);
            cpu.hvc(1);
            return new HypercallResult(cpu.x(0));
        });
    }

    /** Result and value of one register of this VP. */
    Register readRegister(int name) {
        ByteWriter input = new ByteWriter();
        VpRegistersHeader.CODEC.write(input, VpRegistersHeader.self(TargetVtl.CURRENT));
        input.u32(Integer.toUnsignedLong(name));
        HypercallResult result = call(HypercallControl.rep(HypercallCode.GET_VP_REGISTERS, 1), input.toBytes());
        long value = memory.read(RegisterValue.CODEC, layout.at(ShimLayout.Static.HYPERCALL_OUTPUT))
                .low();
        return new Register(result, value);
    }

    /** Outcome of reading a register; the value counts only on success. */
    record Register(HypercallResult result, long value) {}

    /**
     * VP indexes of processors, in their order.
     *
     * @param idBytes 4 for APIC ids, 8 for MPIDRs
     */
    List<Long> vpIndexes(List<Long> ids, int idBytes) {
        int most = (PAGE_BYTES - VpIndexFromApicIdHeader.CODEC.size()) / idBytes;
        List<Long> indexes = new ArrayList<>();
        for (int from = 0; from < ids.size(); from += most) {
            List<Long> batch = ids.subList(from, Math.min(from + most, ids.size()));
            ByteWriter input = new ByteWriter();
            VpIndexFromApicIdHeader.CODEC.write(input, new VpIndexFromApicIdHeader(TargetVtl.CURRENT));
            batch.forEach(id -> input.bytes(littleEndian(id, idBytes)));
            HypercallControl control = HypercallControl.rep(HypercallCode.GET_VP_INDEX_FROM_APIC_ID, batch.size());
            HypercallResult result = call(control, input.toBytes());
            if (!result.isSuccess() || result.repsDone() != batch.size()) {
                throw new ShimFatalException("the hypervisor does not translate ids of processors: " + result);
            }
            for (int i = 0; i < batch.size(); i++) {
                indexes.add(memory.readU32(layout.at(ShimLayout.Static.HYPERCALL_OUTPUT) + i * 4L));
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

    private static Bytes littleEndian(long id, int idBytes) {
        return new ByteWriter().u64(id).toBytes().slice(0, idBytes);
    }

    /** Gives another VP of an AArch64 machine VTL2, in its reset state. */
    void enableVtl2(int vpIndex) {
        ArmVpStartInput input = new ArmVpStartInput(vpIndex, VTL2, ArmInitialVpContext.ZERO);
        HypercallResult result =
                call(HypercallControl.of(HypercallCode.ENABLE_VP_VTL), ArmVpStartInput.CODEC.toBytes(input));
        if (!result.isSuccess() && result.status() != HvStatus.VTL_ALREADY_ENABLED) {
            throw new ShimFatalException("the hypervisor does not enable VTL2 of VP " + vpIndex + ": " + result);
        }
    }

    private HypercallResult call(HypercallControl control, Bytes input) {
        memory.writeBytes(layout.at(ShimLayout.Static.HYPERCALL_INPUT), input.paddedTo(PAGE_BYTES));
        return conduit.call(
                control, layout.at(ShimLayout.Static.HYPERCALL_INPUT), layout.at(ShimLayout.Static.HYPERCALL_OUTPUT));
    }
}
