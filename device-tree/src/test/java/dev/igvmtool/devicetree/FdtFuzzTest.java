package dev.igvmtool.devicetree;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.devicetree.binding.HostTree;
import dev.igvmtool.devicetree.check.TreeChecker;
import dev.igvmtool.devicetree.compare.TreeDifference;
import dev.igvmtool.devicetree.lint.Levels;
import dev.igvmtool.devicetree.overlay.Overlay;
import dev.igvmtool.devicetree.source.Dts;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Blobs: what is read can be shown, compared, checked and bound, or is refused. */
class FdtFuzzTest {
    static Stream<byte[]> seeds() {
        return Stream.of("base", "values", "overlay", "cpus")
                .map(name -> GoldenSources.blob(name).toByteArray());
    }

    @MethodSource("seeds")
    @FuzzTest
    void blobsAreReadOrRefused(byte[] blob) {
        Bytes content = Bytes.wrap(blob);
        List<Consumer<Bytes>> uses = List.of(
                bytes -> HostTree.of(Fdt.parse(bytes)),
                bytes -> BootTree.of(Fdt.parse(bytes)),
                bytes -> Dts.decompile(Fdt.parseAnyVersion(bytes)),
                bytes -> FdtWriter.write(Fdt.parseAnyVersion(bytes), FdtWriter.Space.NONE, 3),
                bytes -> Overlay.apply(bytes, Fdt.parseAnyVersion(bytes)),
                bytes -> TreeDifference.between(Fdt.parseAnyVersion(bytes), Fdt.parse(bytes)),
                bytes -> TreeChecker.check(bytes, Optional.empty(), new Levels()));
        for (Consumer<Bytes> use : uses) {
            try {
                use.accept(content);
            } catch (FormatException refused) {
                // The documented refusal.
            }
        }
    }
}
