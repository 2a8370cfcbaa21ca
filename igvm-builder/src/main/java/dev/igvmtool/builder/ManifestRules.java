package dev.igvmtool.builder;

import dev.igvmtool.builder.emit.Platforms;
import dev.igvmtool.builder.manifest.GuestArch;
import dev.igvmtool.builder.manifest.GuestConfig;
import dev.igvmtool.builder.manifest.Image;
import dev.igvmtool.builder.manifest.IsolationConfig;
import dev.igvmtool.builder.manifest.IsolationConfig.InjectionType;
import dev.igvmtool.builder.manifest.Manifest;
import dev.igvmtool.builder.manifest.ManifestException;
import dev.igvmtool.format.header.PlatformType;
import java.util.EnumSet;
import java.util.Set;

/** Rules between fields of a manifest, and what build options change in it. */
final class ManifestRules {
    private static final String CONFIDENTIAL_DEBUG = "OPENHCL_CONFIDENTIAL_DEBUG=1";

    private ManifestRules() {}

    /** Refuses what cannot be built, before anything is. */
    static void check(Manifest manifest) {
        Set<PlatformType> seen = EnumSet.noneOf(PlatformType.class);
        for (GuestConfig config : manifest.guestConfigs()) {
            PlatformType type = Platforms.type(config.isolation());
            if (!seen.add(type)) {
                throw new ManifestException("the manifest contains more than one guest config for platform " + type
                        + " ('none' and 'vbs' are the same platform)");
            }
            if (config.image() instanceof Image.SnpLinuxDirect direct) {
                checkDirect(manifest, config, direct);
            }
            checkIsolation(manifest.guestArch(), config);
            if (manifest.guestArch() == GuestArch.AARCH64
                    && config.image() instanceof Image.Openhcl openhcl
                    && !openhcl.uefi()
                    && openhcl.linux().isEmpty()) {
                throw new ManifestException("'openhcl' on aarch64 needs 'uefi' or 'linux' for VTL0");
            }
        }
    }

    private static void checkIsolation(GuestArch arch, GuestConfig config) {
        if (arch == GuestArch.AARCH64 && config.isolation().isHardware()) {
            throw new ManifestException("isolation 'snp' and 'tdx' are not supported on aarch64");
        }
        if (!(config.isolation() instanceof IsolationConfig.Snp snp)
                || config.image() instanceof Image.SnpLinuxDirect) {
            return;
        }
        if (snp.sharedGpaBoundaryBits().isEmpty()) {
            throw new ManifestException("'snp' needs 'shared_gpa_boundary_bits' for this image");
        }
        int bits = snp.sharedGpaBoundaryBits().getAsInt();
        if (bits < 12 || bits > 63) {
            throw new ManifestException("'shared_gpa_boundary_bits' is " + bits + ", expected 12 to 63");
        }
        if (config.image() instanceof Image.Uefi
                && !config.withParavisor()
                && snp.injectionType() != InjectionType.RESTRICTED) {
            throw new ManifestException("UEFI on SNP without a paravisor needs 'injection_type' restricted");
        }
    }

    private static void checkDirect(Manifest manifest, GuestConfig config, Image.SnpLinuxDirect direct) {
        if (manifest.guestConfigs().size() != 1) {
            throw new ManifestException("snp_linux_direct must be the only guest config in an IGVM file");
        }
        if (manifest.guestArch() != GuestArch.X64) {
            throw new ManifestException("snp_linux_direct is only supported for x64");
        }
        if (config.maxVtl() != 0) {
            throw new ManifestException("snp_linux_direct needs 'max_vtl' 0, found " + config.maxVtl());
        }
        if (!(config.isolation() instanceof IsolationConfig.Snp snp)) {
            throw new ManifestException("snp_linux_direct needs isolation 'snp'");
        }
        if (snp.sharedGpaBoundaryBits().isPresent()) {
            throw new ManifestException("snp_linux_direct has no 'shared_gpa_boundary_bits'");
        }
        if (snp.injectionType() != InjectionType.NORMAL) {
            throw new ManifestException("snp_linux_direct needs 'injection_type' normal");
        }
        if (snp.secureAvic()) {
            throw new ManifestException("snp_linux_direct needs 'secure_avic' disabled");
        }
        if (direct.processorCount() < 1) {
            throw new ManifestException("'processor_count' is 0, expected at least 1");
        }
        // Names of processors in the ACPI tables run from P001 to Z999; room for the tables ends a little earlier.
        if (direct.processorCount() > 10999) {
            throw new ManifestException("'processor_count' is " + direct.processorCount() + ", expected at most 10999");
        }
        long pages = direct.memoryPageCount();
        if (pages < 256 || pages > 0xf_ffff) {
            throw new ManifestException("'memory_page_count' is " + Long.toUnsignedString(pages)
                    + ", snp_linux_direct needs 256 (1 MiB) to 1048575 (4 GiB)");
        }
        if (direct.cBitPosition() < 32 || direct.cBitPosition() > 51) {
            throw new ManifestException("'c_bit_position' is " + direct.cBitPosition() + ", expected 32 to 51");
        }
    }

    /** The configuration as the options have it. */
    static GuestConfig apply(BuildOptions options, GuestConfig config) {
        IsolationConfig isolation = config.isolation();
        if (options.disableSecureAvic() && isolation instanceof IsolationConfig.Snp snp) {
            isolation = new IsolationConfig.Snp(
                    snp.sharedGpaBoundaryBits(), snp.policy(), snp.enableDebug(), snp.injectionType(), false);
        }
        Image image = config.image();
        if (options.confidentialDebug() && image instanceof Image.Openhcl it) {
            String commandLine =
                    it.commandLine().isEmpty() ? CONFIDENTIAL_DEBUG : it.commandLine() + " " + CONFIDENTIAL_DEBUG;
            image = new Image.Openhcl(
                    commandLine,
                    it.staticCommandLine(),
                    it.memoryPageBase(),
                    it.memoryPageCount(),
                    it.uefi(),
                    it.linux(),
                    it.productPolicy());
        }
        return new GuestConfig(config.guestSvn(), config.maxVtl(), isolation, image);
    }
}
