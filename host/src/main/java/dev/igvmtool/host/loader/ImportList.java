package dev.igvmtool.host.loader;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * Imports in their order: each within RAM, none over another. Tells of each run of image pages of
 * one kind.
 */
final class ImportList {
    private static final long PAGE = 4096;

    private final List<GpaRange> ram;
    private final BiConsumer<GpaRange, Acceptance> onRun;
    private final List<PageImport> imports = new ArrayList<>();
    /** End by start, of what is taken; ranges that touch are one. */
    private final TreeMap<Long, Long> taken = new TreeMap<>(Long::compareUnsigned);

    private GpaRange run = new GpaRange(0, 0);
    private Acceptance runAcceptance = Acceptance.EXCLUSIVE;

    /**
     * @param ram neither touching nor overlapping
     * @param onRun called with each run of pages once it has ended
     */
    ImportList(List<GpaRange> ram, BiConsumer<GpaRange, Acceptance> onRun) {
        this.ram = ram;
        this.onRun = onRun;
    }

    /**
     * Adds whole pages from {@code gpa} on.
     *
     * @throws LoadException if they are not RAM or taken already
     */
    void add(long gpa, long sizeBytes, Acceptance acceptance, Bytes content) {
        long end = gpa + sizeBytes;
        if (sizeBytes <= 0 || sizeBytes % PAGE != 0 || Long.compareUnsigned(end, gpa) < 0) {
            throw new LoadException(String.format("import of 0x%x bytes at 0x%x", sizeBytes, gpa));
        }
        GpaRange range = new GpaRange(gpa, end);
        if (ram.stream().noneMatch(piece -> piece.contains(range))) {
            throw new LoadException("the image has content for " + range + ", which is not RAM");
        }
        take(range);
        imports.add(new PageImport(gpa, sizeBytes, acceptance, content));
    }

    /** Adds one page of the image, as {@link #add}; it belongs to a run. */
    void addPage(long gpa, Acceptance acceptance, Bytes content) {
        add(gpa, PAGE, acceptance, content);
        if (run.end() == gpa && runAcceptance == acceptance && !run.isEmpty()) {
            run = new GpaRange(run.start(), gpa + PAGE);
        } else {
            flush();
            run = GpaRange.ofSize(gpa, PAGE);
            runAcceptance = acceptance;
        }
    }

    /** Ends the present run of pages. */
    void flush() {
        if (!run.isEmpty()) {
            onRun.accept(run, runAcceptance);
            run = new GpaRange(0, 0);
        }
    }

    List<PageImport> imports() {
        return imports;
    }

    private void take(GpaRange range) {
        Map.Entry<Long, Long> before = taken.floorEntry(range.start());
        Map.Entry<Long, Long> after = taken.ceilingEntry(range.start());
        if (before != null && Long.compareUnsigned(before.getValue(), range.start()) > 0
                || after != null && Long.compareUnsigned(after.getKey(), range.end()) < 0) {
            throw new LoadException("the image has content for " + range + " twice");
        }
        long start = range.start();
        long end = range.end();
        if (before != null && before.getValue() == start) {
            start = before.getKey();
        }
        if (after != null && after.getKey() == end) {
            taken.remove(after.getKey());
            end = after.getValue();
        }
        taken.put(start, end);
    }
}
