package dev.igvmtool.builder.manifest;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The files that images are made of, by the names that resource files use. */
public enum ResourceKey {
    /** UEFI firmware volume. */
    UEFI,
    /** Kernel of VTL2: an ELF file on x64, a flat image on aarch64. */
    UNDERHILL_KERNEL,
    /** Boot shim, an ELF file. */
    OPENHCL_BOOT,
    /** Initrd of VTL2. */
    UNDERHILL_INITRD,
    /** Sidecar, an ELF file. */
    UNDERHILL_SIDECAR,
    /** Kernel of VTL0 or of a direct boot: ELF file, bzImage or flat image. */
    LINUX_KERNEL,
    /** Initrd of VTL0 or of a direct boot. */
    LINUX_INITRD;

    /** The name in resource files. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** All names, in order of declaration. */
    public static List<String> keys() {
        return Arrays.stream(values()).map(ResourceKey::key).toList();
    }

    /** The resource with this name. */
    public static Optional<ResourceKey> of(String key) {
        return Arrays.stream(values()).filter(it -> it.key().equals(key)).findFirst();
    }

    @Override
    public String toString() {
        return key();
    }
}
