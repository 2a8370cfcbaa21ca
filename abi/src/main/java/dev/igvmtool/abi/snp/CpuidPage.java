package dev.igvmtool.abi.snp;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The CPUID page (SEV-SNP firmware ABI, CPUID page): what CPUID returns, as the firmware has checked it.
 *
 * @param entries at most {@link #MAX_ENTRIES}
 */
public record CpuidPage(List<Entry> entries) {
    public static final int SIZE = 4096;
    public static final int MAX_ENTRIES = 64;

    /** u32 number of leaves, then zeros. */
    public static final int HEADER_BYTES = 16;

    /**
     * {@code snp_cpuid_fn}, 48 bytes: one leaf.
     *
     * @param xcr0 extended features for which leaf 0xD is true, otherwise 0
     * @param xss likewise
     */
    public record Entry(
            @U32 int eaxIn,
            @U32 int ecxIn,
            @U64 long xcr0,
            @U64 long xss,
            @U32 int eax,
            @U32 int ebx,
            @U32 int ecx,
            @U32 int edx,
            @Fixed(8) Bytes reserved) {
        public static final Codec<Entry> CODEC = Codec.of(Entry.class, lookup());

        /** A leaf that depends on no extended features. */
        public Entry(int eaxIn, int ecxIn, int eax, int ebx, int ecx, int edx) {
            this(eaxIn, ecxIn, 0, 0, eax, ebx, ecx, edx, Bytes.zeros(8));
        }
    }

    public CpuidPage {
        entries = List.copyOf(entries);
        if (entries.size() > MAX_ENTRIES) {
            throw new FormatException("CPUID page says " + entries.size() + " leaves, expected at most " + MAX_ENTRIES);
        }
    }

    /**
     * Reads a page.
     *
     * @throws FormatException if it says more leaves than it may have, or ends before the last
     */
    public static CpuidPage read(Bytes page) {
        long count = page.size() < HEADER_BYTES ? 0 : page.u32(0);
        if (count > MAX_ENTRIES) {
            throw new FormatException("CPUID page says " + count + " leaves, expected at most " + MAX_ENTRIES);
        }
        int size = Entry.CODEC.size();
        if (page.size() < HEADER_BYTES + count * size) {
            throw new FormatException("CPUID page of " + page.size() + " bytes ends before its last leaf");
        }
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(Entry.CODEC.read(page.slice(HEADER_BYTES + i * size, size)));
        }
        return new CpuidPage(entries);
    }

    /** The whole page. */
    public Bytes toBytes() {
        ByteWriter writer = new ByteWriter().u32(entries.size()).u32(0).u64(0);
        entries.forEach(entry -> Entry.CODEC.write(writer, entry));
        return writer.toBytes().paddedTo(SIZE);
    }

    /** The leaf with a function and, if it has any, a subfunction. */
    public Optional<Entry> find(int function, int subfunction) {
        return entries.stream()
                .filter(entry -> entry.eaxIn == function && entry.ecxIn == subfunction)
                .findFirst();
    }
}
