package dev.igvmtool.abi.mshv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code hcl_post_message}, 24 bytes: a message to a connection.
 *
 * @param type of the message
 * @param connection id
 * @param size bytes at {@code payload}, at most 240
 * @param payload address of the payload
 */
public record PostMessageArgument(
        @U64 long type,
        @U32 int connection,
        @U32 long size,
        @U64 long payload) {
    public static final Codec<PostMessageArgument> CODEC = Codec.of(PostMessageArgument.class, lookup());
}
