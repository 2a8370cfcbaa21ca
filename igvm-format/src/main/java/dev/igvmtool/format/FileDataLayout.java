package dev.igvmtool.format;

import dev.igvmtool.abi.binary.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The file data area of a file that is being written: equal contents are stored once, in order of first use, without
 * alignment. Remembers contents, does not copy them.
 *
 * <p>Contents are told apart by their SHA-256, so that a file made to collide costs no more than any other.
 */
final class FileDataLayout {
    private static final byte[] ZEROS = new byte[4096];

    /** Content with the size to which zeros pad it. */
    record Blob(Bytes content, long size) {}

    private final MessageDigest digest;
    private final Map<Bytes, Long> offsets = new HashMap<>();
    private final List<Blob> blobs = new ArrayList<>();
    private long end;

    /** @param start offset of the area in the file */
    FileDataLayout(long start) {
        this.end = start;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** The file offset of {@code content}, padded with zeros to {@code size} bytes. */
    long place(Bytes content, long size) {
        digest.update(content.asBuffer());
        for (long missing = size - content.size(); missing > 0; ) {
            int chunk = (int) Math.min(missing, ZEROS.length);
            digest.update(ZEROS, 0, chunk);
            missing -= chunk;
        }
        Bytes key = Bytes.wrap(digest.digest());
        Long known = offsets.putIfAbsent(key, end);
        if (known != null) {
            return known;
        }
        long offset = end;
        blobs.add(new Blob(content, size));
        end += size;
        return offset;
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
