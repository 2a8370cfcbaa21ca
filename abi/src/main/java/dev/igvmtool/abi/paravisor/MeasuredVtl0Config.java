package dev.igvmtool.abi.paravisor;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U64;
import java.lang.invoke.MethodHandles;

/**
 * {@code ParavisorMeasuredVtl0Config}: what the image holds for VTL0, in VTL0 memory at page {@link #X64_PAGE} or
 * {@link #AARCH64_PAGE}.
 *
 * @param magic {@link #MAGIC}
 * @param supportedVtl0 bits {@link #SUPPORTS_UEFI}, {@link #SUPPORTS_PCAT}, {@link #SUPPORTS_LINUX}
 * @param uefiFirmware UEFI image with its tables
 * @param uefiVpContext VBS register list for the first VP
 * @param linuxKernel loaded kernel
 * @param linuxEntryGpa entry point of the kernel
 * @param linuxInitrd pages of the initrd
 * @param linuxInitrdSize bytes of the initrd
 * @param linuxCommandLine page with the NUL-terminated command line
 */
public record MeasuredVtl0Config(
        @U64 long magic,
        @U64 long supportedVtl0,
        PageRegion uefiFirmware,
        PageRegion uefiVpContext,
        PageRegion linuxKernel,
        @U64 long linuxEntryGpa,
        PageRegion linuxInitrd,
        @U64 long linuxInitrdSize,
        PageRegion linuxCommandLine) {
    /** {@code 0LTVLCHO} in memory order. */
    public static final long MAGIC = 0x4f48_434c_5654_4c30L;

    /** Bit of {@link #supportedVtl0}: UEFI. */
    public static final long SUPPORTS_UEFI = 1;

    /** Bit of {@link #supportedVtl0}: PC/AT BIOS, which is not in the image. */
    public static final long SUPPORTS_PCAT = 2;

    /** Bit of {@link #supportedVtl0}: direct boot of Linux. */
    public static final long SUPPORTS_LINUX = 4;

    /** Page number of the structure on x64. */
    public static final long X64_PAGE = 0;

    /** Page number of the structure on aarch64. */
    public static final long AARCH64_PAGE = 0x1000;

    /** 112 bytes. */
    public static final Codec<MeasuredVtl0Config> CODEC = Codec.of(MeasuredVtl0Config.class, MethodHandles.lookup());

    /** The configuration that supports nothing. */
    public static MeasuredVtl0Config none() {
        return new MeasuredVtl0Config(
                MAGIC,
                0,
                PageRegion.EMPTY,
                PageRegion.EMPTY,
                PageRegion.EMPTY,
                0,
                PageRegion.EMPTY,
                0,
                PageRegion.EMPTY);
    }
}
