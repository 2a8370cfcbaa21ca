package dev.igvmtool.attestation.explain;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.snp.SevVmsa;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.VpContext;
import dev.igvmtool.measurement.Trace;
import dev.igvmtool.measurement.ovmf.CpuType;
import dev.igvmtool.measurement.ovmf.SaveAreaStyle;
import dev.igvmtool.measurement.ovmf.Vmm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Processors beyond those in an image. A host that launches a machine with more makes up their save areas, and KVM has them
 * measured behind everything else; so one measurement has the digests for every number of them.
 *
 * @param way how the image is measured without them
 * @param last the last processor in the image
 * @param content save area of each one more
 * @param text what these save areas are, for people
 */
record AddedProcessors(Way way, VpContext last, Bytes content, String text) {
    /** The states that a host may give to further processors; none if processors of the image have no save areas. */
    static List<AddedProcessors> of(Way way) {
        List<VpContext> contexts =
                Variation.contexts(way.variation().file(), way.platform().compatibilityMask());
        if (contexts.isEmpty() || contexts.get(0).content().size() < SevVmsa.SIZE) {
            return List.of();
        }
        VpContext last = contexts.get(contexts.size() - 1);
        List<AddedProcessors> added = new ArrayList<>();
        added.add(new AddedProcessors(way, last, last.content(), "the others like the last in the file"));
        long features = last.content().u64(Variation.SEV_FEATURES);
        CpuType.names().forEach((signature, names) -> {
            Bytes reset = Vmm.QEMU.style().saveArea(SaveAreaStyle.RESET_VECTOR, signature, features);
            added.add(new AddedProcessors(way, last, reset, "the others as QEMU resets them (" + names + ")"));
        });
        return added;
    }

    /** How many may be added so that there are {@code max} in all. */
    int most(int max) {
        return Math.max(0, max - present());
    }

    private int present() {
        return Variation.contexts(way.variation().file(), way.platform().compatibilityMask())
                .size();
    }

    /** The way with so many processors that it leads to a digest, {@code max} in all at most. */
    Optional<Way> leadingTo(Bytes digest, int max) {
        int most = most(max);
        List<Bytes> digests = new ArrayList<>();
        with(most).measure(Trace.to(step -> digests.add(step.digest())));
        for (int count = 1; count <= Math.min(most, digests.size()); count++) {
            if (digests.get(digests.size() - most + count - 1).equals(digest)) {
                return Optional.of(with(count));
            }
        }
        return Optional.empty();
    }

    private Way with(int count) {
        IgvmFile file = way.variation().file();
        List<Directive> directives = new ArrayList<>(file.directives());
        for (int i = 1; i <= count; i++) {
            directives.add(new VpContext(last.gpa(), last.compatibilityMask(), last.vpIndex() + i, content));
        }
        List<Difference> differences = new ArrayList<>(way.variation().differences());
        differences.add(
                new Difference(Variation.PROCESSORS, String.valueOf(present()), (present() + count) + ", " + text));
        return way.with(new Variation(
                differences, new IgvmFile(file.revision(), file.platforms(), file.initializations(), directives)));
    }
}
