package dev.igvmtool.devicetree.compile;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.devicetree.FdtWriter;
import dev.igvmtool.devicetree.GoldenFiles;
import dev.igvmtool.devicetree.GoldenSources;
import dev.igvmtool.devicetree.live.LiveTree;
import dev.igvmtool.devicetree.source.Dts;
import dev.igvmtool.devicetree.source.SourceFiles;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Source text is compiled or refused. */
class SourceFuzzTest {
    static Stream<byte[]> seeds() {
        return Stream.of("base", "values", "expressions", "references", "merging", "omitted", "overlay", "lines")
                .map(name -> GoldenFiles.read(GoldenSources.folder().resolve(name + ".dts"))
                        .toByteArray());
    }

    @MethodSource("seeds")
    @FuzzTest
    void sourcesAreCompiledOrRefused(byte[] source) {
        Compilation compilation = new TreeCompiler(CompileOptions.standard().withSymbols(true))
                .source("x.dts", Bytes.wrap(source), SourceFiles.NONE);
        if (compilation.tree().isPresent()) {
            LiveTree tree = compilation.tree().orElseThrow();
            FdtWriter.write(tree.toFdt());
            Dts.text(tree);
        } else {
            compilation.messages().get(0).line("x.dts");
        }
    }
}
