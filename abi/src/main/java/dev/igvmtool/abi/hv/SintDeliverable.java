package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U16;

/**
 * {@code HV_X64_SYNIC_SINT_DELIVERABLE_MESSAGE}, 48 bytes: payload of {@link MessageType#SYNIC_SINT_DELIVERABLE}.
 *
 * @param sints one bit for each source that can take a message
 */
public record SintDeliverable(
        InterceptHeader header, @U16 int sints, @Fixed(6) Bytes reserved) {
    public static final Codec<SintDeliverable> CODEC = Codec.of(SintDeliverable.class, lookup());
}
