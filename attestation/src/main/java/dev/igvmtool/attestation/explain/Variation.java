package dev.igvmtool.attestation.explain;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.snp.SevVmsa;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.VpContext;
import dev.igvmtool.measurement.ovmf.CpuType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * An image with something changed that a host decides: how many of its processors it launches, and what it puts into
 * their save areas.
 *
 * @param differences what is changed; none for the image as it is
 * @param file the changed image
 */
record Variation(List<Difference> differences, IgvmFile file) {
    static final String PROCESSORS = "processors";
    static final String FEATURES = "guest features (SEV_FEATURES)";

    private static final int RDX = offset("rdx");
    static final int SEV_FEATURES = offset("sev_features");

    private static int offset(String field) {
        return SevVmsa.LAYOUT.fields().stream()
                .filter(it -> it.name().equals(field))
                .findFirst()
                .orElseThrow()
                .offset();
    }

    static Variation none(IgvmFile file) {
        return new Variation(List.of(), file);
    }

    /**
     * This change and then another one.
     *
     * @param next made of this one's file
     * @return empty if both change the same thing
     */
    Optional<Variation> and(Variation next) {
        List<Difference> both = new ArrayList<>(differences);
        for (Difference difference : next.differences) {
            if (differences.stream().anyMatch(it -> it.what().compareTo(difference.what()) >= 0)) {
                return Optional.empty();
            }
            both.add(difference);
        }
        return Optional.of(new Variation(both, next.file));
    }

    /**
     * Every variation of processors.
     *
     * @param mask platform whose processors are meant
     * @param features values of SEV_FEATURES to try
     */
    static List<Variation> of(IgvmFile file, int mask, Collection<Long> features) {
        List<VpContext> contexts = contexts(file, mask);
        if (contexts.isEmpty()) {
            return List.of();
        }
        List<Variation> variations = new ArrayList<>();
        for (int count = contexts.size() - 1; count >= 0; count--) {
            int kept = count;
            variations.add(changed(
                    file,
                    new Difference(PROCESSORS, String.valueOf(contexts.size()), String.valueOf(count)),
                    mask,
                    (index, context) -> index < kept ? Optional.of(context) : Optional.empty()));
        }
        if (contexts.get(0).content().size() < SevVmsa.SIZE) {
            return variations;
        }
        for (long value : new TreeSet<>(features)) {
            variations.add(field(file, FEATURES, contexts, mask, SEV_FEATURES, value, ""));
        }
        CpuType.names()
                .forEach((signature, names) -> variations.add(
                        field(file, "CPU type (RDX)", contexts, mask, RDX, Integer.toUnsignedLong(signature), names)));
        return variations;
    }

    /** Processors of a platform, in file order. */
    static List<VpContext> contexts(IgvmFile file, int mask) {
        return file.directives().stream()
                .filter(it -> it instanceof VpContext && (it.compatibilityMask() & mask) == mask)
                .map(VpContext.class::cast)
                .toList();
    }

    private static Variation field(
            IgvmFile file, String what, List<VpContext> contexts, int mask, int offset, long value, String name) {
        String usual = contexts.stream()
                .map(context -> String.format("0x%x", context.content().u64(offset)))
                .distinct()
                .collect(Collectors.joining(", "));
        String found = String.format("0x%x", value) + (name.isEmpty() ? "" : " (" + name + ")");
        return changed(
                file,
                new Difference(what, usual, found),
                mask,
                (index, context) -> Optional.of(new VpContext(
                        context.gpa(),
                        context.compatibilityMask(),
                        context.vpIndex(),
                        patched(context.content(), offset, value))));
    }

    private static Bytes patched(Bytes content, int offset, long value) {
        byte[] bytes = content.toByteArray();
        for (int i = 0; i < Long.BYTES; i++) {
            bytes[offset + i] = (byte) (value >>> Byte.SIZE * i);
        }
        return Bytes.wrap(bytes);
    }

    private static Variation changed(
            IgvmFile file,
            Difference difference,
            int mask,
            BiFunction<Integer, VpContext, Optional<VpContext>> change) {
        List<Directive> directives = new ArrayList<>();
        int index = 0;
        for (Directive directive : file.directives()) {
            if (directive instanceof VpContext context && (context.compatibilityMask() & mask) == mask) {
                change.apply(index++, context).ifPresent(directives::add);
            } else {
                directives.add(directive);
            }
        }
        return new Variation(
                List.of(difference),
                new IgvmFile(file.revision(), file.platforms(), file.initializations(), directives));
    }
}
