package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.snp.SvmExit;
import dev.igvmtool.abi.tdx.VmxExit;
import dev.igvmtool.machine.memory.AccessKind;
import dev.igvmtool.machine.memory.GpaFault;

/**
 * Why a guest leaves, in the words of both processors.
 *
 * @param svmCode exit code of SVM
 * @param svmInfo1 its first exit information
 * @param svmInfo2 its second exit information
 * @param vmxReason basic exit reason of VMX
 * @param qualification its exit qualification
 * @param gla guest linear address, 0 without one
 * @param gpa guest physical address, 0 without one
 */
record HardwareExit(long svmCode, long svmInfo1, long svmInfo2, int vmxReason, long qualification, long gla, long gpa) {
    static final HardwareExit INTERRUPT = plain(SvmExit.INTERRUPT, VmxExit.EXTERNAL_INTERRUPT);
    static final HardwareExit HALT = plain(SvmExit.HLT, VmxExit.HLT);
    static final HardwareExit CPUID = plain(SvmExit.CPUID, VmxExit.CPUID);
    static final HardwareExit HYPERCALL = plain(SvmExit.VMMCALL, VmxExit.VMCALL);
    static final HardwareExit TRIPLE_FAULT = plain(SvmExit.SHUTDOWN, VmxExit.TRIPLE_FAULT);
    static final HardwareExit TDCALL = plain(SvmExit.VMGEXIT, VmxExit.TDCALL);

    private static HardwareExit plain(long svmCode, int vmxReason) {
        return new HardwareExit(svmCode, 0, 0, vmxReason, 0, 0, 0);
    }

    static HardwareExit msr(boolean write) {
        return new HardwareExit(SvmExit.MSR, write ? 1 : 0, 0, write ? VmxExit.WRITE_MSR : VmxExit.READ_MSR, 0, 0, 0);
    }

    /** Under SVM the address of the next instruction is added when the guest leaves. */
    static HardwareExit port(int port, int sizeBytes, boolean read) {
        return new HardwareExit(
                SvmExit.IOIO,
                SvmExit.ioInfo(port, sizeBytes, read),
                0,
                VmxExit.IO,
                VmxExit.ioQualification(port, sizeBytes, read),
                0,
                0);
    }

    static HardwareExit memory(GpaFault fault, long gva) {
        boolean unaccepted = fault.reason() == GpaFault.Reason.UNACCEPTED;
        return new HardwareExit(
                unaccepted ? SvmExit.PAGE_NOT_VALIDATED : SvmExit.NESTED_PAGE_FAULT,
                npfInfo(fault),
                fault.gpa(),
                VmxExit.EPT_VIOLATION,
                eptQualification(fault.access()),
                gva,
                fault.gpa());
    }

    private static long npfInfo(GpaFault fault) {
        long access =
                switch (fault.access()) {
                    case READ -> 0;
                    case WRITE -> SvmExit.FAULT_WRITE;
                    case EXECUTE -> SvmExit.FAULT_FETCH;
                };
        long reason =
                switch (fault.reason()) {
                    case UNMAPPED, WITHHELD -> 0;
                    case DENIED -> SvmExit.FAULT_RMP | SvmExit.FAULT_VMPL;
                    case UNACCEPTED, VISIBILITY -> SvmExit.FAULT_RMP;
                };
        return access | reason | SvmExit.FAULT_FINAL_ADDRESS;
    }

    private static long eptQualification(AccessKind access) {
        return VmxExit.EPT_LINEAR_VALID
                | switch (access) {
                    case READ -> VmxExit.EPT_READ;
                    case WRITE -> VmxExit.EPT_WRITE;
                    case EXECUTE -> VmxExit.EPT_FETCH;
                };
    }
}
