package dev.igvmtool.abi.mshv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;

/**
 * {@code sidecar_info}, 12 bytes: what a sidecar device manages.
 *
 * @param baseCpu first CPU of the node
 * @param cpuCount number of CPUs
 * @param bytesPerCpu shared bytes of each CPU: command page, then register page
 */
public record SidecarInfo(
        @U32 long baseCpu, @U32 long cpuCount, @U32 long bytesPerCpu) {
    public static final Codec<SidecarInfo> CODEC = Codec.of(SidecarInfo.class, lookup());
}
