package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;

/** {@code HV_X64_APIC_EOI_MESSAGE}, 8 bytes: payload of {@link MessageType#APIC_EOI}, which has no header. */
public record ApicEoiMessage(@U32 int vpIndex, @U32 int vector) {
    public static final Codec<ApicEoiMessage> CODEC = Codec.of(ApicEoiMessage.class, lookup());
}
