package dev.igvmtool.builder.manifest;

import dev.igvmtool.builder.manifest.Image.LinuxPayload;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Which resources the images are made of. */
public final class ResourceNeeds {
    private ResourceNeeds() {}

    /** Those that an image cannot do without. */
    public static Set<ResourceKey> of(Image image) {
        EnumSet<ResourceKey> needs = EnumSet.noneOf(ResourceKey.class);
        Optional<LinuxPayload> linux = Optional.empty();
        if (image instanceof Image.Uefi) {
            needs.add(ResourceKey.UEFI);
        } else if (image instanceof Image.Openhcl openhcl) {
            needs.add(ResourceKey.UNDERHILL_KERNEL);
            needs.add(ResourceKey.OPENHCL_BOOT);
            needs.add(ResourceKey.UNDERHILL_INITRD);
            if (openhcl.uefi()) {
                needs.add(ResourceKey.UEFI);
            }
            linux = openhcl.linux();
        } else if (image instanceof Image.Linux it) {
            linux = Optional.of(it.payload());
        } else if (image instanceof Image.SnpLinuxDirect it) {
            linux = Optional.of(it.linux());
        }
        linux.ifPresent(payload -> {
            needs.add(ResourceKey.LINUX_KERNEL);
            if (payload.useInitrd()) {
                needs.add(ResourceKey.LINUX_INITRD);
            }
        });
        return needs;
    }

    /** Those that would be in the image if they are there: also the sidecar, which only x64 has. */
    static Set<ResourceKey> used(GuestArch arch, Image image) {
        Set<ResourceKey> used = of(image);
        if (arch == GuestArch.X64 && image instanceof Image.Openhcl) {
            used.add(ResourceKey.UNDERHILL_SIDECAR);
        }
        return used;
    }
}
