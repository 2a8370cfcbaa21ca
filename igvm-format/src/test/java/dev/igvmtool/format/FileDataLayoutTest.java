package dev.igvmtool.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FileDataLayoutTest {
    private final FileDataLayout layout = new FileDataLayout(0x100);

    @Test
    void placesEqualContentsOnce() {
        assertEquals(0x100, layout.place(filled(4096, 1), 4096));
        assertEquals(0x1100, layout.place(filled(4096, 2), 4096));
        assertEquals(0x100, layout.place(filled(4096, 1), 4096));
        assertEquals(0x2100, layout.end());
        assertEquals(2, layout.blobs().size());
    }

    @Test
    void zerosThatAreWrittenEqualZerosThatFillUp() {
        Bytes start = Bytes.utf8("start of a page");
        assertEquals(0x100, layout.place(start, 4096));
        assertEquals(0x100, layout.place(start.paddedTo(4096), 4096));
        assertEquals(0x100, layout.place(start.paddedTo(99), 4096));
        assertEquals(0x1100, layout.place(Bytes.utf8("start of a pagf"), 4096));
    }

    @Test
    void sizeTellsContentsApart() {
        Bytes content = Bytes.utf8("register list");
        assertEquals(0x100, layout.place(content, content.size()));
        assertEquals(0x10d, layout.place(content, 4096));
        assertEquals(0x100, layout.place(content, content.size()));
    }

    @Test
    void emptyContentTakesNoRoomAndKeepsItsFirstPlace() {
        assertEquals(0x100, layout.place(Bytes.EMPTY, 0));
        assertEquals(0x100, layout.place(filled(3, 1), 3));
        assertEquals(0x100, layout.place(Bytes.EMPTY, 0));
    }

    @Test
    void hashesOfContentsThatDifferByOneBitDiffer() {
        ContentHash hash = new ContentHash(new SplittableRandom(1));
        for (int size : new int[] {1, 7, 8, 13, 4096, 5000}) {
            byte[] content = new byte[size];
            new Random(size).nextBytes(content);
            int before = hash.of(Bytes.of(content));
            for (int bit = 0; bit < size * 8; bit += 1 + bit / 64) {
                content[bit / 8] ^= (byte) (1 << bit % 8);
                assertNotEquals(before, hash.of(Bytes.of(content)), size + " bytes, bit " + bit);
                content[bit / 8] ^= (byte) (1 << bit % 8);
            }
        }
    }

    /** Pairs of changes that cancel each other out in hashes that multiply by a constant. */
    @Test
    void hashesOfContentsMadeToCollideDiffer() {
        Set<Integer> hashes = new HashSet<>();
        ContentHash hash = new ContentHash(new SplittableRandom(2));
        for (int i = 0; i < 256; i++) {
            byte[] content = new byte[4096];
            for (int bit = 0; bit < 8; bit++) {
                if ((i >> bit & 1) != 0) {
                    content[16 * bit + 7] ^= (byte) 0x80;
                    content[16 * bit + 15] ^= (byte) 0x80;
                    content[16 * bit + 11] ^= (byte) 0x80;
                }
            }
            hashes.add(hash.of(Bytes.wrap(content)));
        }
        assertTrue(hashes.size() > 250, hashes.size() + " hashes of 256 contents");
    }

    private static Bytes filled(int size, int value) {
        byte[] content = new byte[size];
        Arrays.fill(content, (byte) value);
        return Bytes.wrap(content);
    }
}
