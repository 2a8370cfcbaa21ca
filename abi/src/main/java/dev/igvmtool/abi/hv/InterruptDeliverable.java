package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U8;

/**
 * {@code HV_X64_INTERRUPTION_DELIVERABLE_MESSAGE}, 48 bytes: payload of {@link MessageType#INTERRUPT_DELIVERABLE}.
 *
 * @param kind 0 an interrupt, 2 an NMI
 */
public record InterruptDeliverable(
        InterceptHeader header, @U8 int kind, @Fixed(7) Bytes reserved) {
    public static final int INTERRUPT = 0;
    public static final int NMI = 2;

    public static final Codec<InterruptDeliverable> CODEC = Codec.of(InterruptDeliverable.class, lookup());
}
