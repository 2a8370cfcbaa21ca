package dev.igvmtool.machine.memory;

import dev.igvmtool.machine.paging.Translation;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Translations of one VP that were found before. Unlike a processor's it never holds a stale one: it is emptied whenever
 * tables, protections or the registers that govern paging may have changed. So it cannot be seen by the guest, and need
 * not be in snapshots.
 */
final class TranslationCache {
    private static final int ENTRIES = 64;
    private static final long NO_PAGE = -1;

    private final long[] pages = new long[ENTRIES];
    private final long[] gpas = new long[ENTRIES];
    /** One bit per {@link AccessKind}. */
    private final byte[] kinds = new byte[ENTRIES];

    private @Nullable Translation mode;
    private int vtl;
    private long tables;
    private long protections;

    /** Empties the cache unless everything is as it was. */
    @SuppressWarnings("ReferenceEquality") // The same object is equal without a look, and usually it is the same.
    void keepFor(Translation newMode, int newVtl, long tableVersion, long protectionVersion) {
        if (newMode == mode && tableVersion == tables && protectionVersion == protections && newVtl == vtl) {
            return;
        }
        if (tableVersion != tables || protectionVersion != protections || newVtl != vtl || !newMode.equals(mode)) {
            Arrays.fill(pages, NO_PAGE);
            tables = tableVersion;
            protections = protectionVersion;
            vtl = newVtl;
        }
        mode = newMode;
    }

    /** The guest physical address, -1 if it is not known that the access is good. */
    long find(long gva, AccessKind access) {
        int index = (int) (gva >>> 12) & ENTRIES - 1;
        boolean known = pages[index] == gva >>> 12 && (kinds[index] & 1 << access.ordinal()) != 0;
        return known ? gpas[index] | gva & 0xfff : -1;
    }

    /** Remembers a translation. */
    void put(long gva, long gpa, AccessKind access) {
        int index = (int) (gva >>> 12) & ENTRIES - 1;
        int others = pages[index] == gva >>> 12 ? kinds[index] : 0;
        pages[index] = gva >>> 12;
        gpas[index] = gpa & ~0xfffL;
        kinds[index] = (byte) (others | 1 << access.ordinal());
    }
}
