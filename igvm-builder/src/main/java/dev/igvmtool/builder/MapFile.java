package dev.igvmtool.builder;

import dev.igvmtool.builder.emit.PlatformImage;
import dev.igvmtool.builder.emit.PlatformImage.Tagged;
import dev.igvmtool.builder.manifest.IsolationConfig;
import dev.igvmtool.builder.manifest.IsolationConfig.InjectionType;
import java.util.List;
import java.util.Locale;

/** The layout of an image as text, for people. {@code vm/loader/igvmfilegen/src/file_loader.rs: MapFile}. */
final class MapFile {
    private MapFile() {}

    /** One block for each configuration, an empty line behind each. */
    static String of(List<PlatformImage> platforms) {
        StringBuilder text = new StringBuilder();
        platforms.forEach(platform -> block(text, platform));
        return text.toString();
    }

    private static void block(StringBuilder text, PlatformImage platform) {
        text.append("IGVM file isolation: ")
                .append(isolation(platform.config().isolation()))
                .append('\n');
        text.append("IGVM file layout:\n");
        ranges(text, platform.layout());
        if (!platform.requiredMemory().isEmpty()) {
            text.append("IGVM file required memory:\n");
            ranges(text, platform.requiredMemory());
        }
        if (!platform.relocations().isEmpty()) {
            text.append("IGVM file relocatable regions:\n");
            ranges(text, platform.relocations());
        }
        text.append('\n');
    }

    private static void ranges(StringBuilder text, List<Tagged> ranges) {
        for (Tagged it : ranges) {
            text.append(String.format(
                    Locale.ROOT,
                    "  %016x - %016x (0x%x bytes) %s\n",
                    it.range().start(),
                    it.range().end(),
                    it.range().size(),
                    it.tag()));
        }
    }

    private static String isolation(IsolationConfig isolation) {
        if (isolation instanceof IsolationConfig.Vbs vbs) {
            return "Vbs { enable_debug: " + vbs.enableDebug() + " }";
        }
        if (isolation instanceof IsolationConfig.Snp snp) {
            return snp(snp);
        }
        if (isolation instanceof IsolationConfig.Tdx tdx) {
            return "Tdx { policy: TdxPolicy { debug_allowed: " + (tdx.enableDebug() ? 1 : 0) + ", sept_ve_disable: "
                    + (tdx.septVeDisable() ? 1 : 0) + ", migratable: 0, reserved: 0 } }";
        }
        return "None";
    }

    private static String snp(IsolationConfig.Snp snp) {
        long policy = snp.guestPolicy();
        String bits = snp.sharedGpaBoundaryBits().isPresent()
                ? "Some(" + snp.sharedGpaBoundaryBits().getAsInt() + ")"
                : "None";
        return "Snp { shared_gpa_boundary_bits: " + bits
                + ", policy: SnpPolicy { abi_minor: " + (policy & 0xff)
                + ", abi_major: " + (policy >> 8 & 0xff)
                + ", smt: " + (policy >> 16 & 1)
                + ", reserved_must_be_one: " + (policy >> 17 & 1)
                + ", migrate_ma: " + (policy >> 18 & 1)
                + ", debug: " + (policy >> 19 & 1)
                + ", single_socket: " + (policy >> 20 & 1)
                + ", reserved: " + (policy >>> 21)
                + " }, injection_type: " + (snp.injectionType() == InjectionType.NORMAL ? "Normal" : "Restricted")
                + ", secure_avic: " + (snp.secureAvic() ? "Enabled" : "Disabled") + " }";
    }
}
