package dev.igvmtool.abi.sidecar;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code SidecarNodeParams}, 24 bytes: one node as the boot shim cuts it out.
 *
 * @param memoryBase GPA of the node's memory, page aligned
 * @param memorySize bytes, see {@link SidecarLimits#nodeBytes}
 * @param baseVp index of the first VP, which runs the kernel and not the sidecar
 * @param vpCount consecutive VPs of the node, the base VP included
 */
public record SidecarNodeRecord(
        @U64 long memoryBase,
        @U64 long memorySize,
        @U32 long baseVp,
        @U32 long vpCount) {
    public static final Codec<SidecarNodeRecord> CODEC = Codec.of(SidecarNodeRecord.class, lookup());
}
