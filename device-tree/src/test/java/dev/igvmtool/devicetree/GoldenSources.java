package dev.igvmtool.devicetree;

import dev.igvmtool.abi.binary.Bytes;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** Sources of this project that cover the language, with what dtc 1.6.1 makes of them. */
public final class GoldenSources {
    private GoldenSources() {}

    /** Where they are. */
    public static Path folder() {
        try {
            return Path.of(GoldenSources.class.getResource("/golden/dts").toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** The blob of this name, without its ending. */
    public static Bytes blob(String name) {
        return GoldenFiles.read(folder().resolve(name + ".dtb"));
    }
}
