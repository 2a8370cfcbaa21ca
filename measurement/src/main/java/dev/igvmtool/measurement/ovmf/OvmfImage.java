package dev.igvmtool.measurement.ovmf;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An OVMF firmware file, which ends at 4 GiB, with what the table at its end says.
 *
 * @param content whole pages
 * @param apResetEip where other processors than the first one start
 * @param hashesTableGpa where the hashes of kernel, initrd and command line go; empty if it cannot take them
 * @param sections memory to be launched with it
 */
public record OvmfImage(
        Bytes content, OptionalLong apResetEip, OptionalLong hashesTableGpa, List<MetadataSection> sections) {
    private static final String SEV_ES_RESET_BLOCK = "00f771de-1a7e-4fcb-890e-68c77e2fb44e";
    private static final String HASHES_TABLE = "7255371f-3a3b-4b04-927b-1da6efa8d454";
    private static final String SEV_METADATA = "dc886566-984a-4798-a75e-5585a7bf67cc";
    private static final int PAGE = 4096;
    private static final long END = 1L << 32;

    public OvmfImage {
        sections = List.copyOf(sections);
    }

    /** @throws FormatException if it is not whole pages, or its table is malformed */
    public static OvmfImage read(Bytes file) {
        if (file.isEmpty() || file.size() % PAGE != 0) {
            throw new FormatException(
                    String.format("firmware of 0x%x bytes, expected a multiple of 0x%x", file.size(), PAGE));
        }
        GuidTable table = GuidTable.read(file);
        Optional<Bytes> hashes = table.entry(HASHES_TABLE, 8);
        long hashesGpa = hashes.isPresent() ? hashes.get().u32(0) : 0;
        Optional<Bytes> reset = table.entry(SEV_ES_RESET_BLOCK, 4);
        Optional<Bytes> metadata = table.entry(SEV_METADATA, 4);
        return new OvmfImage(
                file,
                reset.isPresent() ? OptionalLong.of(reset.get().u32(0)) : OptionalLong.empty(),
                hashesGpa == 0 ? OptionalLong.empty() : OptionalLong.of(hashesGpa),
                metadata.isPresent() ? MetadataSection.read(file, metadata.get().u32(0)) : List.of());
    }

    /** Where it starts in guest memory. */
    public long gpa() {
        return END - content.size();
    }
}
