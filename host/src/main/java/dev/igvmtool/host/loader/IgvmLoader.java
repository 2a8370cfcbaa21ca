package dev.igvmtool.host.loader;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.x64.TdxTrampolineContext;
import dev.igvmtool.devicetree.binding.GicEntry;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.context.VbsVpContext;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.host.config.RamRange;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.machine.partition.Isolation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Decides how an image is loaded: a function of the file and of the configuration, without a machine. Directives are
 * taken in file order; contents are not copied.
 *
 * <p>Follows openvmm_core/src/worker/vm_loaders/igvm.rs, and where that has no way, for SNP and TDX, what igvm_defs asks
 * of a loader. AArch64 images, for which it has no way either, are loaded as those of x64 without isolation, and get the
 * tree that the boot shim's contract asks for.
 */
public final class IgvmLoader {
    private static final long PAGE = 4096;

    private IgvmLoader() {}

    /**
     * Plans the load of a whole image.
     *
     * @throws FormatException if directives contradict each other
     * @throws LoadException if the image does not suit the configuration
     */
    public static LoadPlan plan(IgvmFile file, VmConfig config) {
        SupportedPlatform platform = choosePlatform(file, config);
        return plan(file, platform, LoadScope.WHOLE, config);
    }

    /**
     * Plans the reload of VTL2 under a VM that goes on. What the image has for VTL0 is left out; the persisted-state
     * region, of which no image says anything, stays as it is.
     *
     * @throws FormatException if directives contradict each other
     * @throws LoadException if the image does not suit the configuration, or the VM is isolated
     */
    public static LoadPlan planReload(IgvmFile file, VmConfig config) {
        if (config.isolation() != Isolation.NONE) {
            throw new LoadException("VTL2 of a VM with " + config.isolation()
                    + " isolation cannot be reloaded: the host is not to be" + " trusted with its memory");
        }
        SupportedPlatform platform = choosePlatform(file, config);
        if (platform.highestVtl() != 2) {
            throw new LoadException("image is for VTL " + platform.highestVtl() + ", there is no VTL2 to reload");
        }
        return plan(file, platform, new LoadScope(true, Placement.vtl2Ranges(file, platform)), config);
    }

    private static LoadPlan plan(IgvmFile file, SupportedPlatform platform, LoadScope scope, VmConfig config) {
        Optional<SnpLaunch> snp = platform.platformType() == PlatformType.SEV_SNP
                ? Optional.of(SnpLaunch.of(file, platform.compatibilityMask()))
                : Optional.empty();
        Placement placement = Placement.decide(file, platform, config);
        if (platform.platformType() == PlatformType.TDX
                && placement.relocation().isPresent()) {
            throw new LoadException("an image for TDX cannot be moved: it has no VP context that could be relocated");
        }
        List<HostStep> steps = new ArrayList<>();
        steps.add(new HostStep(
                "H01",
                "choose platform",
                String.format(
                        "%s, mask 0x%x, highest VTL %d%s",
                        platform.platformType(),
                        platform.compatibilityMask(),
                        platform.highestVtl(),
                        scope.vtl2Only() ? ", VTL2 only" : "")));
        snp.ifPresent(launch -> steps.add(new HostStep("H02", "collect the launch of SNP", launch.describe())));
        steps.add(new HostStep("H03", "place VTL2", describe(placement)));
        steps.add(new HostStep("H04", "check required memory", "all of it is RAM"));
        List<RamRange> ram = ram(platform, placement);
        Architecture architecture = architecture(file);
        if (architecture == Architecture.AARCH64) {
            checkDevices(ram, config);
        }
        DirectivePass pass = new DirectivePass(architecture, platform, ram, placement, scope, config);
        pass.take(file.directives());
        VbsVpContext context = pass.context();
        steps.addAll(pass.steps());
        steps.add(new HostStep("H10", "start the boot processor", "VP 0 in VTL " + context.vtl()));
        // The timeline goes by kind of step; within a kind, by place in the file.
        steps.sort(Comparator.comparing(HostStep::id));
        return new LoadPlan(
                architecture,
                platform,
                ram,
                placement.memoryMap(),
                placement.relocation(),
                placement.vtl2Base(),
                pass.imports(),
                snp,
                context.vtl(),
                context.registers(),
                pass.hostTree(),
                steps);
    }

    private static String describe(Placement placement) {
        return placement
                .relocation()
                .map(relocation -> String.format(
                        "at 0x%x, offset 0x%x",
                        relocation.region().relocationRegionGpa() + relocation.offset(), relocation.offset()))
                .orElse("as in the file");
    }

    private static SupportedPlatform choosePlatform(IgvmFile file, VmConfig config) {
        if (architecture(file) == Architecture.AARCH64 && config.isolation() != Isolation.NONE) {
            throw new LoadException(
                    "image is for AARCH64, which runs without isolation here, not with " + config.isolation());
        }
        PlatformType wanted =
                switch (config.isolation()) {
                    case NONE, VBS -> PlatformType.VSM_ISOLATION;
                    case SNP -> PlatformType.SEV_SNP;
                    case TDX -> PlatformType.TDX;
                };
        SupportedPlatform platform = file.platform(wanted)
                .orElseThrow(() -> new LoadException("image has no platform " + wanted + ", only "
                        + file.supportedPlatforms().stream()
                                .map(SupportedPlatform::platformType)
                                .toList()));
        if (platform.platformVersion() != 1) {
            throw new LoadException(
                    "platform " + wanted + " of version " + platform.platformVersion() + ", expected version 1");
        }
        return platform;
    }

    private static Architecture architecture(IgvmFile file) {
        return switch (file.revision().architecture()) {
            case X64 -> Architecture.X64;
            case AARCH64 -> Architecture.AARCH64;
        };
    }

    /** Devices of an AArch64 machine are not where it has RAM. */
    private static void checkDevices(List<RamRange> ram, VmConfig config) {
        GicEntry gic = config.aarch64().controller(config.processors().size());
        for (RamRange range : ram) {
            if (range.range().overlaps(gic.distributor()) || range.range().overlaps(gic.redistributors())) {
                throw new LoadException(String.format(
                        "RAM %s overlaps the interrupt controller, distributor %s and redistributors %s",
                        range.range(), gic.distributor(), gic.redistributors()));
            }
        }
    }

    /** A TD has a page of its own at the reset vector, of which the guest is not told. */
    private static List<RamRange> ram(SupportedPlatform platform, Placement placement) {
        GpaRange resetPage = GpaRange.ofSize(TdxTrampolineContext.GPA, PAGE);
        boolean there = placement.ram().stream().anyMatch(range -> range.range().overlaps(resetPage));
        if (platform.platformType() != PlatformType.TDX || there) {
            return placement.ram();
        }
        List<RamRange> ram = new ArrayList<>(placement.ram());
        ram.add(new RamRange(resetPage, 0));
        ram.sort((a, b) -> Long.compareUnsigned(a.range().start(), b.range().start()));
        return ram;
    }
}
