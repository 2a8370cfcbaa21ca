package dev.igvmtool.abi.sidecar;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.binary.StructLayout;
import java.util.List;
import java.util.Optional;

/**
 * {@code ControlPage}: one page per node, by which the kernel's driver and the VPs of the node talk. A view; each
 * accessor is exactly one access.
 *
 * @param memory where the page is
 * @param address first byte of the page in that memory
 */
public record ControlPage(Memory memory, long address) {
    public static final int INDEX = 0x00;
    public static final int BASE_CPU = 0x04;
    public static final int CPU_COUNT = 0x08;
    public static final int REQUEST_VECTOR = 0x0c;
    public static final int RESPONSE_CPU = 0x10;
    public static final int RESPONSE_VECTOR = 0x14;
    public static final int NEEDS_ATTENTION = 0x18;
    public static final int CPU_STATUS = 0x40;

    /** Where the fields lie; behind them a status byte for each VP of the node. */
    public static StructLayout layout() {
        return new StructLayout(
                "ControlPage",
                SidecarLimits.PAGE_BYTES,
                List.of(
                        StructLayout.Field.integer("index", INDEX, 4),
                        StructLayout.Field.integer("base_cpu", BASE_CPU, 4),
                        StructLayout.Field.integer("cpu_count", CPU_COUNT, 4),
                        StructLayout.Field.integer("request_vector", REQUEST_VECTOR, 4),
                        StructLayout.Field.integer("response_cpu", RESPONSE_CPU, 4),
                        StructLayout.Field.integer("response_vector", RESPONSE_VECTOR, 4),
                        StructLayout.Field.integer("needs_attention", NEEDS_ATTENTION, 4),
                        StructLayout.Field.bytes("cpu_status", CPU_STATUS, SidecarLimits.MAX_CONTROL_PAGE_VPS)));
    }

    /** Index of the node. */
    public long index() {
        return memory.readU32(address + INDEX);
    }

    public void setIndex(long value) {
        memory.writeU32(address + INDEX, value);
    }

    /** Index of the first VP of the node. */
    public long baseCpu() {
        return memory.readU32(address + BASE_CPU);
    }

    public void setBaseCpu(long value) {
        memory.writeU32(address + BASE_CPU, value);
    }

    /** Number of VPs of the node. */
    public long cpuCount() {
        return memory.readU32(address + CPU_COUNT);
    }

    public void setCpuCount(long value) {
        memory.writeU32(address + CPU_COUNT, value);
    }

    /** Vector of the interrupt that wakes a VP of the node. */
    public long requestVector() {
        return memory.readU32(address + REQUEST_VECTOR);
    }

    public void setRequestVector(long value) {
        memory.writeU32(address + REQUEST_VECTOR, value);
    }

    /** x2APIC id of the processor to notify; written by the driver. */
    public long responseCpu() {
        return memory.readU32(address + RESPONSE_CPU);
    }

    public void setResponseCpu(long apicId) {
        memory.writeU32(address + RESPONSE_CPU, apicId);
    }

    /** Vector of the notification, 0 for none; written by the driver. */
    public long responseVector() {
        return memory.readU32(address + RESPONSE_VECTOR);
    }

    public void setResponseVector(long vector) {
        memory.writeU32(address + RESPONSE_VECTOR, vector);
    }

    /** Whether a VP has something to tell; set by the sidecar, cleared by the driver. */
    public boolean needsAttention() {
        return memory.readU32(address + NEEDS_ATTENTION) != 0;
    }

    public void setNeedsAttention(boolean value) {
        memory.writeU32(address + NEEDS_ATTENTION, value ? 1 : 0);
    }

    /** Status byte of a VP, see {@link CpuStatus}. */
    public int statusByte(long indexInNode) {
        return memory.readU8(statusAddress(indexInNode));
    }

    /** Status of a VP, if the byte is one. */
    public Optional<CpuStatus> status(long indexInNode) {
        return CpuStatus.of(statusByte(indexInNode));
    }

    public void setStatus(long indexInNode, CpuStatus status) {
        memory.writeU8(statusAddress(indexInNode), status.value());
    }

    private long statusAddress(long indexInNode) {
        if (indexInNode < 0 || indexInNode >= SidecarLimits.MAX_CONTROL_PAGE_VPS) {
            throw new IllegalArgumentException("VP " + indexInNode + " has no place in a control page");
        }
        return address + CPU_STATUS + indexInNode;
    }
}
