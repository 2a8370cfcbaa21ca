package dev.igvmtool.devicetree;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Device trees of the hand-over test data. */
public final class GoldenFiles {
    private GoldenFiles() {}

    /** The folders of all cases, sorted. */
    public static List<Path> cases() {
        try (Stream<Path> entries = Files.list(SharedTestData.require("handoff/cases"))) {
            return entries.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The host's tree of a case. */
    public static Bytes hostTree(String name) {
        return read(SharedTestData.require("handoff/cases/" + name + "/host-tree.dtb"));
    }

    /** Content of a file. */
    public static Bytes read(Path file) {
        try {
            return Bytes.wrap(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
