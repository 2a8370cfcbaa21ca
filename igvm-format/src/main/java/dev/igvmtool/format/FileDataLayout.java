package dev.igvmtool.format;

import dev.igvmtool.abi.binary.Bytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The file data area of a file that is being written: equal contents are stored once, in order of first use, without
 * alignment. Remembers contents, does not copy them.
 */
final class FileDataLayout {
    private final ContentHash hash = new ContentHash(new SplittableRandom());
    private final Map<Blob, Blob> known = new HashMap<>();
    private final List<Blob> blobs = new ArrayList<>();
    private long end;

    /**
     * Content with a place in the file; equal to all others that have the same bytes.
     *
     * @param size of the content with the zeros that fill it up
     */
    record Blob(Bytes content, long size, int hash, long offset) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Blob that
                    && hash == that.hash
                    && size == that.size
                    && isSame(content, that.content);
        }

        private static boolean isSame(Bytes one, Bytes other) {
            if (one.size() > other.size()) {
                return isSame(other, one);
            }
            return one.equals(other.slice(0, one.size()))
                    && other.from(one.size()).isZero();
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    /** @param start offset of the area in the file */
    FileDataLayout(long start) {
        this.end = start;
    }

    /** The file offset of {@code content}, padded with zeros to {@code size} bytes. */
    long place(Bytes content, long size) {
        Blob blob = new Blob(content, size, hash.of(content), end);
        Blob before = known.putIfAbsent(blob, blob);
        if (before != null) {
            return before.offset;
        }
        blobs.add(blob);
        end += size;
        return blob.offset;
    }

    /** Offset after the last byte. */
    long end() {
        return end;
    }

    /** What to write, in this order. */
    List<Blob> blobs() {
        return blobs;
    }
}
