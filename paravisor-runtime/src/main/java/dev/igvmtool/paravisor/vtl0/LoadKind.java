package dev.igvmtool.paravisor.vtl0;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.paravisor.MeasuredVtl0Config;
import java.util.Optional;

/** What VTL0 starts with. */
public enum LoadKind {
    UEFI(MeasuredVtl0Config.SUPPORTS_UEFI),
    PCAT(MeasuredVtl0Config.SUPPORTS_PCAT),
    LINUX(MeasuredVtl0Config.SUPPORTS_LINUX);

    private final long supportBit;

    LoadKind(long supportBit) {
        this.supportBit = supportBit;
    }

    /**
     * The kind to load: UEFI, for the host's settings do not ask for PC/AT BIOS, unless the option names another.
     *
     * @param forced value of {@code OPENHCL_FORCE_LOAD_VTL0_IMAGE}
     * @throws FormatException if the name is unknown or the image does not hold what is wanted
     */
    public static LoadKind choose(MeasuredVtl0Config config, Optional<String> forced) {
        LoadKind kind =
                switch (forced.orElse("uefi")) {
                    case "uefi" -> UEFI;
                    case "pcat" -> PCAT;
                    case "linux" -> LINUX;
                    default ->
                        throw new FormatException("OPENHCL_FORCE_LOAD_VTL0_IMAGE is \"" + forced.orElse("")
                                + "\", expected pcat, uefi or linux");
                };
        if ((config.supportedVtl0() & kind.supportBit) == 0) {
            throw new FormatException(String.format(
                    "measured VTL0 configuration does not support %s: supported bits are 0x%x, bit 0x%x is needed",
                    kind, config.supportedVtl0(), kind.supportBit));
        }
        return kind;
    }
}
