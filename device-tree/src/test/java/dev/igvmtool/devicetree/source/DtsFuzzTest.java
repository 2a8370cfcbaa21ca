package dev.igvmtool.devicetree.source;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.FdtWriter;
import dev.igvmtool.devicetree.GoldenFiles;
import dev.igvmtool.devicetree.GoldenSources;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Source text is compiled or refused. */
class DtsFuzzTest {
    static Stream<byte[]> seeds() {
        return Stream.of("base", "values", "expressions", "references", "merging", "omitted", "overlay", "lines")
                .map(name -> GoldenFiles.read(GoldenSources.folder().resolve(name + ".dts"))
                        .toByteArray());
    }

    @MethodSource("seeds")
    @FuzzTest
    void sourcesAreCompiledOrRefused(byte[] source) {
        try {
            FdtWriter.write(new DtsCompiler(SourceFiles.NONE, true).compile("x.dts", Bytes.wrap(source)));
        } catch (FormatException refused) {
            // The documented refusal.
        }
    }
}
