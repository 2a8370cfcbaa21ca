package dev.igvmtool.abi.shim;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;
import java.lang.invoke.MethodHandles;

/**
 * {@code ShimParamsRaw}: where the parts of an OpenHCL image stand, for the boot shim. Every offset is signed and
 * relative to the lowest address of the loaded shim, so that the page survives relocation; RSI (X0) holds the offset of
 * this structure at entry.
 *
 * @param kernelEntryOffset entry point of the VTL2 kernel
 * @param commandLineOffset page of {@link dev.igvmtool.abi.paravisor.CommandLinePage}
 * @param initrdOffset first byte of the initrd
 * @param initrdSize bytes of the initrd, not rounded; 0 without one
 * @param initrdCrc CRC-32 (IEEE) of the initrd
 * @param supportedIsolationType see {@link SupportedIsolation}
 * @param memoryStartOffset first byte of VTL2 memory
 * @param memorySize bytes of VTL2 memory
 * @param parameterRegionOffset see {@link dev.igvmtool.abi.paravisor.ParameterRegion}
 * @param parameterRegionSize bytes
 * @param vtl2ReservedRegionOffset see {@link dev.igvmtool.abi.paravisor.ReservedRegion}
 * @param vtl2ReservedRegionSize bytes; 0 on aarch64
 * @param sidecarOffset first byte of the sidecar image
 * @param sidecarSize bytes; 0 without a sidecar
 * @param sidecarEntryOffset entry point of the sidecar; without one the offset of address 0
 * @param usedStart first byte that the image uses
 * @param usedEnd first byte past what the image uses
 * @param bounceBufferStart page-copy window of isolated platforms; literally 0 if absent
 * @param bounceBufferSize bytes; 0 if absent
 * @param logBufferStart boot log
 * @param logBufferSize bytes
 * @param heapStartOffset heap of the shim
 * @param heapSize bytes
 * @param persistedStateRegionOffset see {@link PersistedStateHeader}
 * @param persistedStateRegionSize bytes
 */
public record ShimParams(
        @U64 long kernelEntryOffset,
        @U64 long commandLineOffset,
        @U64 long initrdOffset,
        @U64 long initrdSize,
        @U32 long initrdCrc,
        @U32 int supportedIsolationType,
        @U64 long memoryStartOffset,
        @U64 long memorySize,
        @U64 long parameterRegionOffset,
        @U64 long parameterRegionSize,
        @U64 long vtl2ReservedRegionOffset,
        @U64 long vtl2ReservedRegionSize,
        @U64 long sidecarOffset,
        @U64 long sidecarSize,
        @U64 long sidecarEntryOffset,
        @U64 long usedStart,
        @U64 long usedEnd,
        @U64 long bounceBufferStart,
        @U64 long bounceBufferSize,
        @U64 long logBufferStart,
        @U64 long logBufferSize,
        @U64 long heapStartOffset,
        @U64 long heapSize,
        @U64 long persistedStateRegionOffset,
        @U64 long persistedStateRegionSize) {
    /** 192 bytes. */
    public static final Codec<ShimParams> CODEC = Codec.of(ShimParams.class, MethodHandles.lookup());
}
