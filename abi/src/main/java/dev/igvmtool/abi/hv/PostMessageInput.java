package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U32;

/**
 * {@code hv_input_post_message}, 256 bytes.
 *
 * @param messageType of the sender's choice, bit 31 clear and not 0
 * @param payloadSize bytes of the payload that count, at most 240
 */
public record PostMessageInput(
        @U32 int connectionId,
        @U32 int padding,
        @U32 int messageType,
        @U32 long payloadSize,
        @Fixed(240) Bytes payload) {
    public static final Codec<PostMessageInput> CODEC = Codec.of(PostMessageInput.class, lookup());
}
