package dev.igvmtool.builder.emit;

import dev.igvmtool.builder.load.Isolation;
import dev.igvmtool.builder.manifest.GuestConfig;
import dev.igvmtool.builder.manifest.Image;
import dev.igvmtool.builder.manifest.IsolationConfig;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.SupportedPlatform;
import java.util.Optional;

/** What each kind of isolation means for a file: platform, policy, form of processor state. */
public final class Platforms {
    private Platforms() {}

    /** The platform that a configuration is for. */
    public static PlatformType type(IsolationConfig isolation) {
        return switch (Isolation.of(isolation).type()) {
            // Images without isolation are marked like those for VBS.
            case NONE, VBS -> PlatformType.VSM_ISOLATION;
            case SNP -> PlatformType.SEV_SNP;
            case TDX -> PlatformType.TDX;
        };
    }

    static SupportedPlatform header(GuestConfig config, int mask) {
        return new SupportedPlatform(
                mask,
                config.maxVtl(),
                type(config.isolation()),
                1,
                Isolation.of(config.isolation()).sharedGpaBoundary());
    }

    /** Contents of the guest policy header, if the file has one. */
    static Optional<Long> guestPolicy(IsolationConfig isolation) {
        if (isolation instanceof IsolationConfig.Snp snp) {
            return Optional.of(snp.guestPolicy());
        }
        if (isolation instanceof IsolationConfig.Tdx tdx && tdx.guestPolicy() != 0) {
            return Optional.of(tdx.guestPolicy());
        }
        return Optional.empty();
    }

    static VpContextBuilder vpContext(GuestConfig config) {
        if (config.isolation() instanceof IsolationConfig.Snp snp) {
            if (config.image() instanceof Image.SnpLinuxDirect direct) {
                return new SnpContextBuilder(SnpContextBuilder.Profile.LINUX_DIRECT, snp, 1L << direct.cBitPosition());
            }
            return new SnpContextBuilder(
                    config.withParavisor() ? SnpContextBuilder.Profile.PARAVISOR : SnpContextBuilder.Profile.UEFI,
                    snp,
                    0);
        }
        if (config.isolation() instanceof IsolationConfig.Tdx) {
            return new TdxContextBuilder(config.withParavisor());
        }
        return new VbsContextBuilder(config.maxVtl());
    }
}
