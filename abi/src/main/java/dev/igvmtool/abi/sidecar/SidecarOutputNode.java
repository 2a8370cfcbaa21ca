package dev.igvmtool.abi.sidecar;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code SidecarNodeOutput}, 24 bytes: where the pages of a node are that others use.
 *
 * @param controlPage GPA of the {@link ControlPage}
 * @param sharedPagesBase GPA of the command and register pages, two for each VP in order
 * @param sharedPagesSize bytes
 */
public record SidecarOutputNode(
        @U64 long controlPage,
        @U64 long sharedPagesBase,
        @U64 long sharedPagesSize) {
    public static final Codec<SidecarOutputNode> CODEC = Codec.of(SidecarOutputNode.class, lookup());

    /** Record of a node without content. */
    public static final SidecarOutputNode NONE = new SidecarOutputNode(0, 0, 0);
}
