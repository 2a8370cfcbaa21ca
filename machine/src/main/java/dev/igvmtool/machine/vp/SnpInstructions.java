package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.hv.GpaProtection;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.abi.snp.GhcbMsr;
import dev.igvmtool.abi.snp.RmpAdjust;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.guest.CpuidResult;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.memory.AccessKind;
import dev.igvmtool.machine.memory.Encryption;
import dev.igvmtool.machine.memory.GpaFault;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.memory.PartitionMemory;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.memory.VirtualMemory;
import dev.igvmtool.machine.partition.Partition;

/**
 * What an SNP guest has besides the common instructions: PVALIDATE and RMPADJUST (AMD64 Architecture Programmer's Manual,
 * volume 3), and VMGEXIT with the MSR protocol of the GHCB specification, section 2.3.1, or with a page.
 */
final class SnpInstructions {
    private static final long LARGE_PAGE = 2 << 20;
    private static final int PAGE = PhysicalMemory.PAGE_SIZE;
    private static final int PAGE_SHIFT = 12;
    private static final long RFLAGS_CF = 1;
    private static final int VMGEXIT_BYTES = 4;

    private static final long SUCCESS = 0;
    private static final long FAIL_INPUT = 1;
    private static final long FAIL_PERMISSION = 2;
    private static final long FAIL_SIZE_MISMATCH = 6;

    private static final int LOWEST_VMPL = 3;
    private static final long PAGE_NUMBER_MASK = (1L << 40) - 1;
    private static final long PROTOCOL_VERSION = 2;
    private static final long C_BIT = 51;
    private static final long FAILED = 1L << 32;

    private final Vp vp;
    private final Partition partition;
    private final PlatformAccess platform;
    private final SnpPageStates pageStates;
    private final SnpProcessors processors;
    private final GhcbPageExits pages;
    private final VmplSwitch vmpls;

    SnpInstructions(Vp vp, StageCode stages, PlatformAccess platform) {
        this.vp = vp;
        this.partition = vp.partition();
        this.platform = platform;
        this.pageStates = new SnpPageStates(vp);
        this.processors = new SnpProcessors(vp, stages);
        this.pages = new GhcbPageExits(vp, pageStates, processors);
        this.vmpls = new VmplSwitch(partition);
    }

    private void require(String instruction) {
        if (partition.memory().encryption() != Encryption.SNP) {
            throw GuestException.invalidOpcode(instruction + " outside an SNP guest");
        }
        vp.requireKernel(instruction);
    }

    /** The pages that PVALIDATE and RMPADJUST name with RAX and RCX. */
    private record Operand(long gpa, long size, long failure) {
        private long first() {
            return gpa >>> PAGE_SHIFT;
        }

        private long end() {
            return gpa + size >>> PAGE_SHIFT;
        }
    }

    private Operand operand() {
        long gva = vp.get(Gpr.RAX);
        boolean large = (vp.get(Gpr.RCX) & 1) != 0;
        long size = large ? LARGE_PAGE : PAGE;
        VirtualMemory.Target target = vp.memory().target(gva & -(long) PAGE);
        long gpa = target.gpa() & -(long) PAGE;
        long failure = SUCCESS;
        if ((gva & size - 1) != 0 || target.shared()) {
            failure = FAIL_INPUT;
        } else if (large && !isLarge(gva, gpa)) {
            failure = FAIL_SIZE_MISMATCH;
        } else if (partition.memory().pageState(gpa >>> PAGE_SHIFT) == PageState.SHARED) {
            // The page is not the guest's: a nested page fault, which no host can answer.
            throw new GpaFault(GpaFault.Reason.VISIBILITY, gpa, AccessKind.WRITE);
        }
        return new Operand(gpa, size, failure);
    }

    /** True if the mapping is of one piece, and so is the entry of the reverse map. */
    private boolean isLarge(long gva, long gpa) {
        VirtualMemory.Target end = vp.memory().target(gva + LARGE_PAGE - PAGE);
        return (gpa & LARGE_PAGE - 1) == 0
                && end.gpa() == gpa + LARGE_PAGE - PAGE
                && !end.shared()
                && partition.memory().haveOneState(gpa >>> PAGE_SHIFT, gpa + LARGE_PAGE >>> PAGE_SHIFT);
    }

    /** PVALIDATE. */
    void pvalidate() {
        require("PVALIDATE");
        if (vmpls.vmplOf(vp.vtl()) != 0) {
            throw GuestException.generalProtection("PVALIDATE in a VMPL other than 0");
        }
        boolean validate = (vp.get(Gpr.RDX) & 1) != 0;
        Operand operand = operand();
        if (operand.failure != SUCCESS) {
            end(operand.failure, false);
            return;
        }
        PartitionMemory memory = partition.memory();
        PageState before = memory.pageState(operand.first());
        PageState after = validate ? PageState.ACCEPTED : PageState.UNACCEPTED;
        if (before != after) {
            memory.setPageState(operand.first(), operand.end(), after);
        }
        end(SUCCESS, before == after);
        report(validate ? "pvalidate" : "pvalidate-rescind", operand);
    }

    private void end(long code, boolean unchanged) {
        vp.set(Gpr.RAX, code);
        vp.cpu().setRflags(unchanged ? vp.cpu().rflags() | RFLAGS_CF : vp.cpu().rflags() & ~RFLAGS_CF);
    }

    /** RMPADJUST. */
    void rmpadjust() {
        require("RMPADJUST");
        Operand operand = operand();
        if (operand.failure == SUCCESS) {
            // A page that was not validated is #VC, as for any other access.
            vp.memory().readU8(vp.get(Gpr.RAX));
        }
        long code = operand.failure == SUCCESS ? adjust(operand, vp.get(Gpr.RDX)) : operand.failure;
        vp.set(Gpr.RAX, code);
        if (code == SUCCESS) {
            report("rmpadjust", operand);
        }
    }

    private long adjust(Operand operand, long attributes) {
        int own = vmpls.vmplOf(vp.vtl());
        int target = (int) attributes & 0xff;
        boolean saveArea = (attributes & RmpAdjust.VMSA) != 0;
        if (target > LOWEST_VMPL) {
            return FAIL_INPUT;
        }
        int permissions = permissions(attributes);
        int mine = partition.memory().granted(vp.vtl(), operand.first());
        if (target <= own || (permissions & ~mine) != 0) {
            return FAIL_PERMISSION;
        }
        boolean marked = partition.state().saveAreas.contains(operand.gpa);
        if (saveArea != marked && own != 0) {
            return FAIL_PERMISSION;
        }
        if (saveArea && operand.size != PAGE) {
            return FAIL_INPUT;
        }
        int vtl = vmpls.vtlOf(target);
        if (vtl >= 0) {
            partition.memory().grant(vtl, operand.first(), operand.end(), permissions);
        }
        if (saveArea) {
            partition.state().saveAreas.add(operand.gpa);
        } else {
            partition
                    .state()
                    .saveAreas
                    .subSet(operand.gpa, operand.gpa + operand.size)
                    .clear();
        }
        return SUCCESS;
    }

    private static int permissions(long attributes) {
        return ((attributes & RmpAdjust.READ) != 0 ? GpaProtection.READ : 0)
                | ((attributes & RmpAdjust.WRITE) != 0 ? GpaProtection.WRITE : 0)
                | ((attributes & RmpAdjust.SUPERVISOR_EXECUTE) != 0 ? GpaProtection.KERNEL_EXECUTE : 0)
                | ((attributes & RmpAdjust.USER_EXECUTE) != 0 ? GpaProtection.USER_EXECUTE : 0);
    }

    /** VMGEXIT: what the GHCB register or its page asks, the hypervisor answers there. */
    void vmgexit() {
        require("VMGEXIT");
        if (platform.leavesAlways()) {
            platform.leave(MessageType.NONE, VMGEXIT_BYTES, HardwareExit.TDCALL);
            return;
        }
        VpState state = vp.mutableState();
        long request = state.ghcb;
        if (GhcbMsr.info(request) == 0) {
            pages.serve(request);
            return;
        }
        state.ghcb = partition.conduct().ghcb(request, answer(state, request));
    }

    private long answer(VpState state, long request) {
        switch (GhcbMsr.info(request)) {
            case GhcbMsr.PAGE_STATE_REQUEST -> {
                long gpa = (request >>> PAGE_SHIFT & PAGE_NUMBER_MASK) << PAGE_SHIFT;
                boolean done = pageStates.change(gpa, (int) (request >>> 52));
                return (done ? 0 : FAILED) | GhcbMsr.PAGE_STATE_RESPONSE;
            }
            case GhcbMsr.REGISTER_GPA_REQUEST -> {
                state.registeredGhcb = request & ~(long) GhcbMsr.INFO_MASK;
                return state.registeredGhcb | GhcbMsr.REGISTER_GPA_RESPONSE;
            }
            case GhcbMsr.PREFERRED_GPA_REQUEST -> {
                return -1L << PAGE_SHIFT | GhcbMsr.PREFERRED_GPA_RESPONSE;
            }
            case GhcbMsr.SEV_INFO_REQUEST -> {
                return PROTOCOL_VERSION << 48 | PROTOCOL_VERSION << 32 | C_BIT << 24 | GhcbMsr.SEV_INFO_RESPONSE;
            }
            case GhcbMsr.HYPERVISOR_FEATURES_REQUEST -> {
                return SnpProcessors.FEATURES << PAGE_SHIFT | GhcbMsr.HYPERVISOR_FEATURES_RESPONSE;
            }
            case GhcbMsr.RUN_VMPL_REQUEST -> {
                boolean done = processors.runVmpl(request >>> 32 & 0xff);
                return (done ? 0 : FAILED) | GhcbMsr.RUN_VMPL_RESPONSE;
            }
            case GhcbMsr.CPUID_REQUEST -> {
                return cpuid(request);
            }
            case GhcbMsr.TERMINATION_REQUEST ->
                vp.stop(String.format(
                        "the guest asked for its end: set %d, reason 0x%x",
                        (int) (request >>> 12) & 0xf, (int) (request >>> 16) & 0xff));
            default ->
                vp.stop(String.format(
                        "VMGEXIT with 0x%x in the GHCB register, which the host does not serve", request));
        }
        return request;
    }

    private long cpuid(long request) {
        CpuidResult result = platform.hostCpuid((int) (request >>> 32), 0);
        int register = (int) (request >>> 30) & 3;
        int value =
                switch (register) {
                    case 0 -> result.eax();
                    case 1 -> result.ebx();
                    case 2 -> result.ecx();
                    default -> result.edx();
                };
        return (long) value << 32 | (long) register << 30 | GhcbMsr.CPUID_RESPONSE;
    }

    private void report(String operation, Operand operand) {
        vp.reportPages(operation, operand.gpa, operand.size);
    }
}
