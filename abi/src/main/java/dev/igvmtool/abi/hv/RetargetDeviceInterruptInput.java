package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code hv_input_retarget_device_interrupt}, 56 bytes; with a VP set its valid banks and banks are the variable header.
 *
 * @param source 1 MSI, 2 I/O APIC
 * @param entryLow of an MSI its address
 * @param entryHigh of an MSI its data
 * @param flags bit 0 multicast, 1 the processors are a VP set
 * @param maskOrFormat one bit per VP, or the format of the set, see {@link VpSetFormat}
 */
public record RetargetDeviceInterruptInput(
        @U64 long partitionId,
        @U64 long deviceId,
        @U32 int source,
        @U32 int reserved0,
        @U32 int entryLow,
        @U32 int entryHigh,
        @U64 long reserved1,
        @U32 int vector,
        @U32 int flags,
        @U64 long maskOrFormat) {
    public static final Codec<RetargetDeviceInterruptInput> CODEC =
            Codec.of(RetargetDeviceInterruptInput.class, lookup());

    /** Source of a message-signalled interrupt. */
    public static final int SOURCE_MSI = 1;

    /** Flag: to all processors named. */
    public static final int MULTICAST = 1;

    /** Flag: the processors are a VP set. */
    public static final int PROCESSOR_SET = 2;
}
