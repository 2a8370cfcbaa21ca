package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.builder.load.InitrdArchive;
import dev.igvmtool.builder.manifest.InitrdEntry;
import dev.igvmtool.builder.manifest.InitrdEntry.Content;
import java.util.List;
import java.util.OptionalInt;

/** The initrd of a VTL2 in which init and paravisor are this project's: what init needs before /dev is mounted, and both. */
final class StageInitrd {
    private static final List<InitrdEntry> ENTRIES = List.of(
            directory("/bin", 0755),
            directory("/dev", 0755),
            directory("/lib", 0755),
            directory("/lib/modules", 0755),
            directory("/proc", 0755),
            directory("/root", 0700),
            directory("/run", 0755),
            directory("/sys", 0755),
            directory("/tmp", 01777),
            directory("/var", 0755),
            device("/dev/null", 0666, 1, 3),
            device("/dev/kmsg", 0600, 1, 11),
            device("/dev/ttyprintk", 0600, 5, 3),
            new InitrdEntry("/dev/console", OptionalInt.empty(), new Content.Link("/dev/ttyprintk")),
            program("/underhill-init", "init"),
            program("/bin/openvmm_hcl", "paravisor-runtime"));

    private StageInitrd() {}

    /** The archive, as {@code build} makes it of the same entries. */
    static Bytes archive() {
        return new InitrdArchive(StagePrograms::image).write(ENTRIES);
    }

    private static InitrdEntry directory(String path, int mode) {
        return new InitrdEntry(path, OptionalInt.of(mode), new Content.Directory());
    }

    private static InitrdEntry device(String path, int mode, int major, int minor) {
        return new InitrdEntry(path, OptionalInt.of(mode), new Content.Device(false, major, minor));
    }

    private static InitrdEntry program(String path, String stage) {
        return new InitrdEntry(path, OptionalInt.empty(), new Content.Stage(stage));
    }
}
