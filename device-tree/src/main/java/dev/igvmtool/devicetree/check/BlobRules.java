package dev.igvmtool.devicetree.check;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.FdtHeader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The layout of a blob, on which any reader may rely: Devicetree Specification 0.4, chapter 5. */
final class BlobRules {
    private static final int VERSION = 17;
    private static final int COMPATIBLE_VERSION = 16;
    private static final int RESERVATION_BYTES = 16;

    private final Bytes blob;
    private final FdtHeader header;
    private final Findings findings;

    /** @param blob that {@link Fdt#parseAnyVersion} reads */
    BlobRules(Bytes blob, Findings findings) {
        this.blob = blob;
        this.header =
                FdtHeader.read(blob.size() < FdtHeader.CODEC.size() ? blob.paddedTo(FdtHeader.CODEC.size()) : blob);
        this.findings = findings;
    }

    private record Block(String name, long start, long end) {}

    void check(Fdt tree) {
        if (header.version() != VERSION || header.lastCompVersion() != COMPATIBLE_VERSION) {
            error(
                    "blob-version",
                    String.format(
                            "version is %d, compatible down to %d; expected %d and %d",
                            header.version(), header.lastCompVersion(), VERSION, COMPATIBLE_VERSION));
            return; // what follows is laid out otherwise
        }
        if (header.totalsize() < blob.size()) {
            findings.warning(
                    "blob-size",
                    "",
                    String.format("total size is 0x%x, 0x%x bytes are there", header.totalsize(), blob.size()));
        }
        alignment("memory reservation block", header.offMemRsvmap(), Long.BYTES);
        alignment("structure block", header.offDtStruct(), Integer.BYTES);
        blocks(tree);
        strings();
        reservations(tree.reservations());
        if (!findings.hasErrors()) {
            findings.check("blob-structure", "", () -> Fdt.parse(blob));
        }
    }

    private void error(String rule, String message) {
        findings.error(rule, "", message);
    }

    private void alignment(String name, long offset, int unit) {
        if (offset % unit != 0) {
            error("blob-alignment", String.format("%s is at 0x%x, expected a multiple of %d", name, offset, unit));
        }
    }

    private void blocks(Fdt tree) {
        long reservations = (long) RESERVATION_BYTES * (tree.reservations().size() + 1);
        List<Block> blocks = new ArrayList<>(List.of(
                new Block("header", 0, FdtHeader.CODEC.size()),
                block("memory reservation block", header.offMemRsvmap(), reservations),
                block("structure block", header.offDtStruct(), header.sizeDtStruct()),
                block("strings block", header.offDtStrings(), header.sizeDtStrings())));
        blocks.sort(Comparator.comparingLong(Block::start));
        for (int i = 1; i < blocks.size(); i++) {
            Block before = blocks.get(i - 1);
            Block block = blocks.get(i);
            if (block.start < before.end) {
                error(
                        "blob-overlap",
                        String.format(
                                "%s at 0x%x begins before the end of the %s at 0x%x",
                                block.name, block.start, before.name, before.end));
            }
        }
    }

    private static Block block(String name, long offset, long size) {
        return new Block(name, offset, offset + size);
    }

    private void strings() {
        long end = header.offDtStrings() + header.sizeDtStrings();
        if (header.sizeDtStrings() > 0 && end <= blob.size() && blob.u8((int) end - 1) != 0) {
            error("blob-strings", String.format("strings block ends at 0x%x without a NUL", end));
        }
    }

    private void reservations(List<Fdt.Reservation> entries) {
        List<GpaRange> ranges = new ArrayList<>();
        for (Fdt.Reservation entry : entries) {
            // The last byte may be the last of all addresses.
            if (Long.compareUnsigned(entry.address() + entry.sizeBytes() - 1, entry.address()) < 0) {
                error(
                        "blob-reservation",
                        String.format(
                                "memory reservation of 0x%x bytes at 0x%x wraps", entry.sizeBytes(), entry.address()));
            } else if (entry.address() + entry.sizeBytes() != 0) {
                ranges.add(entry.range());
            }
        }
        ranges.sort((a, b) -> Long.compareUnsigned(a.start(), b.start()));
        for (int i = 1; i < ranges.size(); i++) {
            if (Long.compareUnsigned(ranges.get(i).start(), ranges.get(i - 1).end()) < 0) {
                error(
                        "blob-reservation",
                        String.format("memory reservations %s and %s overlap", ranges.get(i - 1), ranges.get(i)));
            }
        }
    }
}
