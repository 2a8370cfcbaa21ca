package dev.igvmtool.abi.shim;

import java.util.Arrays;
import java.util.Optional;

/**
 * {@code MemoryVtlType}: what VTL2 does with a range of memory; the value of {@code openhcl,memory-type} in the device
 * tree that the shim leaves, and of the type field in the persisted state.
 */
public enum MemoryVtlType {
    /** Memory of VTL0. */
    VTL0(0),
    /** Memory that the VTL2 kernel may use. */
    VTL2_RAM(1),
    /** Parameter regions. */
    VTL2_CONFIG(2),
    /** Sidecar image. */
    VTL2_SIDECAR_IMAGE(3),
    /** Memory of a sidecar node. */
    VTL2_SIDECAR_NODE(4),
    /** MMIO of VTL0. */
    VTL0_MMIO(5),
    /** MMIO of VTL2. */
    VTL2_MMIO(6),
    /** SNP pages. */
    VTL2_RESERVED(7),
    /** Private pool. */
    VTL2_GPA_POOL(8),
    /** Page tables with which TDX application processors start. */
    VTL2_TDX_PAGE_TABLES(9),
    /** Log of the boot shim. */
    VTL2_BOOTSHIM_LOG_BUFFER(10),
    /** Header page of the persisted state. */
    VTL2_PERSISTED_STATE_HEADER(11),
    /** Payload of the persisted state. */
    VTL2_PERSISTED_STATE_PROTOBUF(12);

    private final int value;

    MemoryVtlType(int value) {
        this.value = value;
    }

    /** The number on the wire. */
    public int value() {
        return value;
    }

    /** True if the range is memory of VTL2, whether the kernel may use it or not. */
    public boolean isVtl2Ram() {
        return this != VTL0 && this != VTL0_MMIO && this != VTL2_MMIO;
    }

    /** The type with this number, if there is one. */
    public static Optional<MemoryVtlType> of(int value) {
        return Arrays.stream(values()).filter(it -> it.value == value).findFirst();
    }
}
