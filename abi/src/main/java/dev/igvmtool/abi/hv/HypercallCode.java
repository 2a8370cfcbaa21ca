package dev.igvmtool.abi.hv;

import java.util.Arrays;
import java.util.Optional;

/** Hypercalls by call code (TLFS appendix, {@code hvdef: HypercallCode}). */
public enum HypercallCode {
    FLUSH_VIRTUAL_ADDRESS_SPACE(0x0002, "FlushVirtualAddressSpace"),
    FLUSH_VIRTUAL_ADDRESS_LIST(0x0003, "FlushVirtualAddressList"),
    NOTIFY_LONG_SPIN_WAIT(0x0008, "NotifyLongSpinWait"),
    SEND_SYNTHETIC_CLUSTER_IPI(0x000b, "SendSyntheticClusterIpi"),
    MODIFY_VTL_PROTECTION_MASK(0x000c, "ModifyVtlProtectionMask"),
    ENABLE_PARTITION_VTL(0x000d, "EnablePartitionVtl"),
    ENABLE_VP_VTL(0x000f, "EnableVpVtl"),
    VTL_CALL(0x0011, "VtlCall"),
    VTL_RETURN(0x0012, "VtlReturn"),
    FLUSH_VIRTUAL_ADDRESS_SPACE_EX(0x0013, "FlushVirtualAddressSpaceEx"),
    FLUSH_VIRTUAL_ADDRESS_LIST_EX(0x0014, "FlushVirtualAddressListEx"),
    SEND_SYNTHETIC_CLUSTER_IPI_EX(0x0015, "SendSyntheticClusterIpiEx"),
    INSTALL_INTERCEPT(0x004d, "InstallIntercept"),
    GET_VP_REGISTERS(0x0050, "GetVpRegisters"),
    SET_VP_REGISTERS(0x0051, "SetVpRegisters"),
    TRANSLATE_VIRTUAL_ADDRESS(0x0052, "TranslateVirtualAddress"),
    POST_MESSAGE(0x005c, "PostMessage"),
    SIGNAL_EVENT(0x005d, "SignalEvent"),
    RETARGET_DEVICE_INTERRUPT(0x007e, "RetargetDeviceInterrupt"),
    ASSERT_VIRTUAL_INTERRUPT(0x0094, "AssertVirtualInterrupt"),
    START_VIRTUAL_PROCESSOR(0x0099, "StartVirtualProcessor"),
    GET_VP_INDEX_FROM_APIC_ID(0x009a, "GetVpIndexFromApicId"),
    TRANSLATE_VIRTUAL_ADDRESS_EX(0x00ac, "TranslateVirtualAddressEx"),
    SIGNAL_EVENT_DIRECT(0x00c0, "SignalEventDirect"),
    POST_MESSAGE_DIRECT(0x00c1, "PostMessageDirect"),
    CHECK_SPARSE_GPA_PAGE_VTL_ACCESS(0x00d4, "CheckSparseGpaPageVtlAccess"),
    ACCEPT_GPA_PAGES(0x00d9, "AcceptGpaPages"),
    MODIFY_SPARSE_GPA_PAGE_HOST_VISIBILITY(0x00db, "ModifySparseGpaPageHostVisibility"),
    RESTORE_PARTITION_TIME(0x0103, "RestorePartitionTime"),
    MEMORY_MAPPED_IO_READ(0x0106, "MemoryMappedIoRead"),
    MEMORY_MAPPED_IO_WRITE(0x0107, "MemoryMappedIoWrite"),
    PIN_GPA_PAGE_RANGES(0x0112, "PinGpaPageRanges"),
    UNPIN_GPA_PAGE_RANGES(0x0113, "UnpinGpaPageRanges"),
    EXT_QUERY_CAPABILITIES(0x8001, "ExtQueryCapabilities"),
    VBS_VM_CALL_REPORT(0xc001, "VbsVmCallReport");

    private final int code;
    private final String callName;

    HypercallCode(int code, String callName) {
        this.code = code;
        this.callName = callName;
    }

    /** Bits 0-15 of the control word. */
    public int code() {
        return code;
    }

    /** Name without the {@code HvCall} prefix of the specification. */
    public String callName() {
        return callName;
    }

    /** Name of the call of a code, the code if it is none of these. */
    public static String nameOf(int code) {
        return of(code).map(HypercallCode::callName).orElseGet(() -> String.format("0x%x", code));
    }

    /** The call of a code, if it is one of these. */
    public static Optional<HypercallCode> of(int code) {
        return Arrays.stream(values()).filter(c -> c.code == code).findFirst();
    }
}
