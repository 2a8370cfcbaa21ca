package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;

/**
 * {@code hv_input_post_message_direct}, 280 bytes.
 *
 * @param message an {@link HvMessage}
 */
public record PostMessageDirectInput(
        @U64 long partitionId,
        @U32 int vpIndex,
        @U8 int targetVtl,
        @Fixed(3) Bytes padding0,
        @U8 int sint,
        @Fixed(3) Bytes padding1,
        @Fixed(256) Bytes message,
        @U32 int padding2) {
    public static final Codec<PostMessageDirectInput> CODEC = Codec.of(PostMessageDirectInput.class, lookup());
}
