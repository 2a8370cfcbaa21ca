package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.paravisor.CommandLinePage;
import dev.igvmtool.abi.paravisor.ImportedRegion;
import dev.igvmtool.abi.paravisor.ImportedRegions;
import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.abi.shim.PersistedStateHeader;
import dev.igvmtool.abi.shim.SavedState;
import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.bootshim.plan.PersistedState;
import dev.igvmtool.bootshim.plan.ShimFatalException;
import dev.igvmtool.bootshim.plan.ShimImage;
import dev.igvmtool.bootshim.plan.ShimInputs;
import dev.igvmtool.devicetree.binding.HostTree;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.machine.guest.Core;
import java.util.List;
import java.util.Optional;

/** Reads the shim's inputs from guest memory; every step does it anew. */
record InputReader(Architecture architecture, Memory memory, ShimImage image, TreeIsolation isolation) {
    private static final int PAGE_SHIFT = 12;
    private static final int PAGE_BYTES = 1 << PAGE_SHIFT;

    static InputReader of(Core cpu) {
        ShimVariables variables = ShimVariables.of(cpu);
        long base = ShimLayout.of(cpu).base();
        ShimParams params = cpu.memory().read(ShimParams.CODEC, base + variables.paramsOffset());
        return new InputReader(cpu.architecture(), cpu.memory(), new ShimImage(base, params), variables.isolation());
    }

    /** Everything on which decisions depend. */
    static ShimInputs inputs(Core cpu) {
        InputReader reader = of(cpu);
        return new ShimInputs(
                reader.architecture,
                reader.image,
                reader.isolation,
                reader.commandLinePage(),
                reader.hostTree(),
                reader.imported(),
                reader.persisted());
    }

    CommandLinePage commandLinePage() {
        try {
            return memory.read(CommandLinePage.CODEC, image.commandLinePage());
        } catch (FormatException e) {
            throw new ShimFatalException(e.getMessage(), e);
        }
    }

    /** False if the host left the area for its tree empty. */
    boolean hasHostTree() {
        return memory.readU8(image.deviceTree().start()) != 0;
    }

    HostTree hostTree() {
        GpaRange area = image.deviceTree();
        return ShimInputs.readHostTree(memory.readBytes(area.start(), (int) area.size()));
    }

    private List<ShimInputs.Imported> imported() {
        return importedRegions().regions().stream().map(InputReader::imported).toList();
    }

    /** SHA-384 over the shared pages of the image. */
    Bytes importedHash() {
        return importedRegions().sha384();
    }

    private ImportedRegions importedRegions() {
        return ImportedRegions.read(
                memory.readBytes(image.parameterPage(ParameterRegion.IMPORTED_REGIONS_PAGE), PAGE_BYTES));
    }

    private static ShimInputs.Imported imported(ImportedRegion region) {
        long start = region.basePage() << PAGE_SHIFT;
        long end = region.basePage() + region.pageCount() << PAGE_SHIFT;
        if (Long.compareUnsigned(end, start) < 0) {
            throw new ShimFatalException(String.format(
                    "imported region of 0x%x pages from page 0x%x reaches past the end of the address space",
                    region.pageCount(), region.basePage()));
        }
        return new ShimInputs.Imported(new GpaRange(start, end), region.isAccepted());
    }

    /** The header that a previous instance left; the host never writes it, so a fresh VM has none. */
    Optional<PersistedStateHeader> persistedHeader() {
        if (isolation != TreeIsolation.NONE) {
            return Optional.empty();
        }
        PersistedStateHeader header = memory.read(
                PersistedStateHeader.CODEC, image.persistedStateRegion().start());
        return header.magic() == PersistedStateHeader.MAGIC ? Optional.of(header) : Optional.empty();
    }

    private Optional<SavedState> persisted() {
        return persistedHeader().map(header -> {
            GpaRange payload = PersistedState.payload(header, image.persistedStateRegion());
            return PersistedState.decode(memory.readBytes(payload.start(), (int) payload.size()));
        });
    }
}
