package dev.igvmtool.builder.load;

import dev.igvmtool.abi.paravisor.PageRegion;
import dev.igvmtool.builder.manifest.GuestArch;
import dev.igvmtool.builder.manifest.GuestConfig;
import dev.igvmtool.builder.manifest.Image;
import dev.igvmtool.builder.manifest.Image.LinuxPayload;
import dev.igvmtool.builder.manifest.Image.UefiConfigType;
import dev.igvmtool.builder.manifest.ResourceKey;
import dev.igvmtool.builder.manifest.ResourceNeeds;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.format.context.VbsVpContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Loads the image of one guest configuration, of whatever kind it is. */
public final class ImageLoader {
    private final GuestArch arch;
    private final ResourceStore resources;

    /** A loader for one manifest. */
    public ImageLoader(GuestArch arch, ResourceStore resources) {
        this.arch = arch;
        this.resources = resources;
    }

    /**
     * Places everything into a sink.
     *
     * @throws dev.igvmtool.builder.manifest.ManifestException if resources are missing, or it does not fit
     * @throws dev.igvmtool.abi.binary.FormatException if a resource is not what it must be
     */
    public void load(GuestConfig config, ImageSink sink) {
        Image image = config.image();
        resources.require(ResourceNeeds.of(image));
        Isolation isolation = Isolation.of(config.isolation());
        if (image instanceof Image.Openhcl openhcl) {
            loadOpenhcl(config, openhcl, isolation, sink);
        } else if (image instanceof Image.Uefi uefi) {
            loadUefi(uefi.configType(), isolation, config.withParavisor(), sink, sink::importRegister);
        } else if (image instanceof Image.Linux linux) {
            loadLinux(linux.payload(), sink);
        } else if (image instanceof Image.SnpLinuxDirect direct) {
            LinuxLoader.terminated(direct.linux().commandLine());
            new SnpLinuxDirectLoader(sink, direct)
                    .load(resources.get(ResourceKey.LINUX_KERNEL), initrd(direct.linux()));
        }
    }

    private void loadOpenhcl(GuestConfig config, Image.Openhcl image, Isolation isolation, ImageSink sink) {
        ParavisorPayload payload = new ParavisorPayload(
                resources.get(ResourceKey.UNDERHILL_KERNEL),
                resources.get(ResourceKey.OPENHCL_BOOT),
                resources.get(ResourceKey.UNDERHILL_INITRD),
                resources.has(ResourceKey.UNDERHILL_SIDECAR) && arch == GuestArch.X64
                        ? Optional.of(resources.get(ResourceKey.UNDERHILL_SIDECAR))
                        : Optional.empty());
        Vtl0Payload vtl0 = loadVtl0(config, image, isolation, sink);
        if (arch == GuestArch.X64) {
            new ParavisorLoader(sink, isolation, config.withParavisor()).load(image, payload, vtl0);
        } else {
            new Aarch64ParavisorLoader(sink, config.withParavisor()).load(image, payload, vtl0);
        }
    }

    private Vtl0Payload loadVtl0(GuestConfig config, Image.Openhcl image, Isolation isolation, ImageSink sink) {
        if (image.uefi()) {
            List<VbsRegister> registers = new ArrayList<>();
            loadUefi(UefiConfigType.NONE, isolation, config.withParavisor(), sink, registers::add);
            // The reference marks the registers of VTL0 with the highest VTL.
            return new Vtl0Payload.Uefi(new VbsVpContext(config.maxVtl(), registers).toBytes());
        }
        if (image.linux().isEmpty()) {
            return new Vtl0Payload.None();
        }
        LinuxPayload payload = image.linux().get();
        LinuxLoader.Placed placed = loadLinux(payload, sink);
        return new Vtl0Payload.Linux(
                new PageRegion(
                        placed.kernel().start() / Pages.SIZE,
                        Pages.count(placed.kernel().size())),
                placed.entry(),
                new PageRegion(
                        placed.initrd().start() / Pages.SIZE,
                        Pages.count(placed.initrd().size())),
                placed.initrd().size(),
                payload.commandLine());
    }

    private void loadUefi(
            UefiConfigType type,
            Isolation isolation,
            boolean withParavisor,
            ImageSink sink,
            Consumer<VbsRegister> registers) {
        Resource firmware = resources.get(ResourceKey.UEFI);
        if (arch == GuestArch.X64) {
            new UefiLoader(sink, registers, isolation, withParavisor).load(firmware, type);
        } else {
            new Aarch64UefiLoader(sink, registers).load(firmware, type);
        }
    }

    private LinuxLoader.Placed loadLinux(LinuxPayload payload, ImageSink sink) {
        return new LinuxLoader(sink).load(arch, resources.get(ResourceKey.LINUX_KERNEL), initrd(payload), 0);
    }

    private Optional<Resource> initrd(LinuxPayload payload) {
        return payload.useInitrd() ? Optional.of(resources.get(ResourceKey.LINUX_INITRD)) : Optional.empty();
    }
}
