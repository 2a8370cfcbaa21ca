package dev.igvmtool.cli;

import dev.igvmtool.format.header.PlatformType;
import java.util.List;

/** Platforms by the names that users write and scripts read. */
final class PlatformNames {
    private PlatformNames() {}

    static String of(PlatformType platform) {
        return switch (platform) {
            case NATIVE -> "native";
            case VSM_ISOLATION -> "vbs";
            case SEV_SNP -> "snp";
            case TDX -> "tdx";
            case SEV -> "sev";
            case SEV_ES -> "sev-es";
            case CCA -> "cca";
        };
    }

    /** @throws CommandException if there is no such platform */
    static PlatformType parse(String name) {
        return List.of(PlatformType.values()).stream()
                .filter(it -> of(it).equals(name))
                .findFirst()
                .orElseThrow(() -> new CommandException(
                        "--platform " + name + ": no such platform, expected snp, tdx, vbs, sev or sev-es"));
    }
}
