package dev.igvmtool.cli.record;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.debugger.Journal;
import dev.igvmtool.debugger.record.TurnRecord;
import dev.igvmtool.host.config.VmConfig;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * All that makes a run, so that it can be had again anywhere, and what came of it. The image itself is not part of it, only
 * its digest and where it was.
 *
 * @param tool that ran it, with its version
 * @param image that was run
 * @param stages put over the image
 * @param host the whole configuration, its seed included
 * @param inputs from outside
 * @param turns what came of it, by turn; of long runs not every turn
 * @param end of the run
 */
public record Recording(
        String tool,
        Image image,
        List<String> stages,
        VmConfig host,
        List<Journal.Entry> inputs,
        List<TurnRecord> turns,
        End end) {
    public Recording {
        stages = List.copyOf(stages);
        inputs = List.copyOf(inputs);
        turns = List.copyOf(turns);
    }

    /**
     * An image file.
     *
     * @param path file, or folder that it was built from, as the user wrote it
     * @param sha256 of the file's content
     */
    public record Image(String path, long sizeBytes, Bytes sha256) {
        /** The image at a path, with this content. */
        public static Image of(String path, Bytes content) {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                digest.update(content.asBuffer());
                return new Image(path, content.size(), Bytes.wrap(digest.digest()));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }
    }

    /**
     * The last moment.
     *
     * @param turns taken
     * @param steps retired
     * @param hash of all events
     */
    public record End(long turns, long steps, long hash) {}
}
