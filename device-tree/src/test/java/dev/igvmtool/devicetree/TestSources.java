package dev.igvmtool.devicetree;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.devicetree.compile.CompileOptions;
import dev.igvmtool.devicetree.compile.TreeCompiler;
import dev.igvmtool.devicetree.source.SourceFiles;
import java.nio.charset.StandardCharsets;

/** Trees written as text in tests. */
public final class TestSources {
    private TestSources() {}

    /** The tree of source text, one byte for each character, that includes nothing. */
    public static Fdt compile(String text) {
        return compile(text, false);
    }

    /** The same, with symbols for overlays or without. */
    public static Fdt compile(String text, boolean symbols) {
        Bytes source = Bytes.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        return new TreeCompiler(CompileOptions.standard().withSymbols(symbols))
                .source("x.dts", source, SourceFiles.NONE)
                .require()
                .toFdt();
    }
}
