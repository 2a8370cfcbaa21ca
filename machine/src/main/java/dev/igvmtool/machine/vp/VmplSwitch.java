package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.snp.SevFeatures;
import dev.igvmtool.abi.snp.SvmExit;
import dev.igvmtool.abi.snp.Vmsa;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.partition.Partition;

/**
 * Runs the VMPLs of an SNP guest one after the other: each has its registers in a save area, from which the processor
 * takes them and to which it returns them. VMPL 0 is the highest VTL, each further one the VTL below. A VMPL whose
 * {@link SevFeatures#REFLECT_VC} is set leaves for the VMPL that had it run.
 */
final class VmplSwitch implements HardwareSwitch {
    private static final long EFER_SVME = 1 << 12;
    private static final int PAGE_SHIFT = 12;

    private final Partition partition;

    VmplSwitch(Partition partition) {
        this.partition = partition;
    }

    /** The save area at an address. */
    private Vmsa area(long gpa) {
        return new Vmsa(partition.physical(), gpa);
    }

    private Vmsa area(VpState state, int vtl) {
        return area(state.vtl(vtl).vmsa);
    }

    /** The VTL that a VMPL stands for, negative if there is none. */
    int vtlOf(int vmpl) {
        return partition.vtlCount() - 1 - vmpl;
    }

    /** The VMPL of a VTL. */
    int vmplOf(int vtl) {
        return partition.vtlCount() - 1 - vtl;
    }

    /** True if a page may be run as the save area of a VMPL. */
    boolean isUsable(long gpa, int vmpl) {
        boolean page = (gpa & Vmsa.SIZE - 1) == 0
                && partition.physical().isRam(gpa)
                && partition.memory().pageState(gpa >>> PAGE_SHIFT) == PageState.ACCEPTED
                && partition.state().saveAreas.contains(gpa);
        return page
                && area(gpa).vmpl() == vmpl
                && (area(gpa).get(Vmsa.SEV_FEATURES) & SevFeatures.SNP_ACTIVE) != 0
                && (area(gpa).get(Vmsa.EFER) & EFER_SVME) != 0;
    }

    /** True if a VP can go from its VTL to a lower one now. */
    boolean canEnter(VpState state, int vtl) {
        int from = state.activeVtl();
        return vtl >= 0
                && vtl < from
                && state.hasVtl(vtl)
                && isUsable(state.vtl(from).vmsa, vmplOf(from))
                && isUsable(state.vtl(vtl).vmsa, vmplOf(vtl))
                && (area(state, vtl).get(Vmsa.SEV_FEATURES) & SevFeatures.REFLECT_VC) != 0;
    }

    @Override
    public void enter(VpState state, int from, int to) {
        SaveAreas.save(state, from, area(state, from));
        SaveAreas.load(state, to, area(state, to));
    }

    @Override
    public void leave(VpState state, int from, int to, HardwareExit exit, int instructionBytes) {
        Vmsa left = area(state, from);
        SaveAreas.save(state, from, left);
        left.set(Vmsa.EXIT_CODE, exit.svmCode());
        left.set(Vmsa.EXIT_INFO_1, exit.svmInfo1());
        left.set(
                Vmsa.EXIT_INFO_2,
                exit.svmCode() == SvmExit.IOIO ? nextRip(state, from, instructionBytes) : exit.svmInfo2());
        left.set(Vmsa.NEXT_RIP, nextRip(state, from, instructionBytes));
        SaveAreas.load(state, to, area(state, to));
    }

    @Override
    public long code(HardwareExit exit) {
        return exit.svmCode();
    }

    private static long nextRip(VpState state, int vtl, int instructionBytes) {
        return state.vtl(vtl).rip + instructionBytes;
    }
}
