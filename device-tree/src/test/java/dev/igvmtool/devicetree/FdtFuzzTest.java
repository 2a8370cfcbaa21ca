package dev.igvmtool.devicetree;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.devicetree.binding.HostTree;
import dev.igvmtool.devicetree.check.TreeChecker;
import dev.igvmtool.devicetree.check.TreeKind;
import dev.igvmtool.devicetree.compare.TreeDifference;
import dev.igvmtool.devicetree.source.Dts;
import java.util.List;
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
        Fdt tree;
        try {
            tree = Fdt.parse(Bytes.wrap(blob));
        } catch (FormatException refused) {
            return;
        }
        List<Consumer<Fdt>> uses = List.of(
                Dts::decompile,
                FdtWriter::write,
                HostTree::of,
                BootTree::of,
                read -> TreeDifference.between(read, read),
                read -> TreeChecker.check(read, TreeKind.of(read)));
        for (Consumer<Fdt> use : uses) {
            try {
                use.accept(tree);
            } catch (FormatException refused) {
                // The documented refusal.
            }
        }
    }
}
