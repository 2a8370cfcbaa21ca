package dev.igvmtool.devicetree.binding;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How the partition is isolated from its host: {@code isolation-type} of node {@code /openhcl}. */
public enum TreeIsolation {
    NONE,
    VBS,
    SNP,
    TDX;

    /** The property's text. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The isolation with this text. */
    public static Optional<TreeIsolation> of(String text) {
        return Arrays.stream(values()).filter(it -> it.text().equals(text)).findFirst();
    }
}
