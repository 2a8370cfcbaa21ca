package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.snp.Ghcb;
import dev.igvmtool.abi.snp.GhcbMsr;
import dev.igvmtool.abi.snp.Vmsa;
import dev.igvmtool.machine.partition.Partition;

/** What an SNP guest asks for processors: to take a save area for a VMPL of one, and to run a lower VMPL of its own. */
final class SnpProcessors {
    /** What the hypervisor can do, for the features request. */
    static final long FEATURES = GhcbMsr.FEATURE_SNP | GhcbMsr.FEATURE_AP_CREATION | GhcbMsr.FEATURE_MULTI_VMPL;

    private final Vp vp;
    private final Partition partition;
    private final StageCode stages;
    private final VmplSwitch vmpls;

    SnpProcessors(Vp vp, StageCode stages) {
        this.vp = vp;
        this.partition = vp.partition();
        this.stages = stages;
        this.vmpls = new VmplSwitch(partition);
    }

    /**
     * Takes a save area for a VMPL of a processor, or forgets it; that of VMPL 0 runs at once.
     *
     * @param features SEV_FEATURES, which must be those of the area
     * @return false if the request makes no sense
     */
    boolean create(Vp target, int vmpl, int request, long gpa, long features) {
        int vtl = vmpls.vtlOf(vmpl);
        if (vtl < 0 || vtl > vp.vtl()) {
            return false;
        }
        if (request == Ghcb.AP_DESTROY) {
            boolean known = target.state().hasVtl(vtl) && target != vp;
            if (known) {
                target.mutableState().vtl(vtl).vmsa = VtlState.NO_PAGE;
                target.mutableState().vtl(vtl).startSuspended = true;
            }
            return known;
        }
        Vmsa area = new Vmsa(partition.physical(), gpa);
        if (request != Ghcb.AP_CREATE && request != Ghcb.AP_CREATE_ON_INIT
                || !vmpls.isUsable(gpa, vmpl)
                || area.get(Vmsa.SEV_FEATURES) != features) {
            return false;
        }
        boolean highest = vmpl == 0;
        if (highest && (target == vp || target.state().hasVtl(vtl) && target.runState() == RunState.RUNNING)) {
            return false;
        }
        if (highest || !target.state().hasVtl(vtl)) {
            target.enableVtl(vtl);
        }
        target.mutableState().vtl(vtl).vmsa = gpa;
        if (highest && request == Ghcb.AP_CREATE) {
            SaveAreas.load(target.mutableState(), vtl, area);
            target.start(vtl, vp.index());
        }
        return true;
    }

    /** Runs a lower VMPL once the step is over; false if it cannot be run. */
    boolean runVmpl(long vmpl) {
        int vtl = vmpl < 0 || vmpl >= partition.vtlCount() ? -1 : vmpls.vtlOf((int) vmpl);
        boolean can = vmpls.canEnter(vp.state(), vtl);
        if (can) {
            stages.runLowerVtl(vtl);
        }
        return can;
    }
}
