package dev.igvmtool.devicetree.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.FdtWriter;
import dev.igvmtool.devicetree.GoldenFiles;
import dev.igvmtool.devicetree.GoldenSources;
import dev.igvmtool.testing.Mutations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class DtsCompilerTest {
    @TestFactory
    Stream<DynamicTest> givesTheBytesOfDtc() throws IOException {
        return sources()
                .map(source -> DynamicTest.dynamicTest(source.getFileName().toString(), () -> {
                    assertEquals(golden(source, ".dtb"), compile(source, false));
                    assertEquals(golden(source, "-symbols.dtb"), compile(source, true));
                }));
    }

    @TestFactory
    Stream<DynamicTest> givesTheTextOfDtc() throws IOException {
        return sources()
                .map(source -> DynamicTest.dynamicTest(
                        source.getFileName().toString(),
                        () -> assertEquals(
                                golden(source, ".txt").toUtf8(), Dts.decompile(Fdt.parse(golden(source, ".dtb"))))));
    }

    @TestFactory
    Stream<DynamicTest> treesOfTheHandOverDataSurviveAsText() {
        return GoldenFiles.cases().stream()
                .map(folder -> DynamicTest.dynamicTest(folder.getFileName().toString(), () -> {
                    Fdt tree = Fdt.parse(GoldenFiles.read(folder.resolve("host-tree.dtb")));
                    Fdt again = compile(Dts.decompile(tree));
                    assertEquals(tree.root(), again.root());
                    assertEquals(tree.reservations(), again.reservations());
                }));
    }

    @Test
    void damagedSourcesAreCompiledOrRefused() {
        Bytes source = Bytes.utf8("""
                /dts-v1/; /memreserve/ 1 (2+3); / { a: b = "x\\n", <1 &c>, [0f], &c; c: d@1 { /bits/ 8; }; };
                &c { e = /bits/ 16 <('x' ? 1 : 2)>; /delete-property/ a; }; /delete-node/ &{/d@1};
                """);
        Mutations.allTruncations(source, DtsCompilerTest::compileDamaged);
        Mutations.allBitFlips(source, DtsCompilerTest::compileDamaged);
    }

    @Test
    void damagedBlobsAreShownOrRefused() {
        Bytes blob = GoldenSources.blob("base");
        Mutations.allTruncations(blob, damaged -> Dts.decompile(Fdt.parse(damaged)));
        Mutations.allBitFlips(blob, damaged -> Dts.decompile(Fdt.parse(damaged)));
    }

    private static void compileDamaged(Bytes source) {
        FdtWriter.write(new DtsCompiler(SourceFiles.NONE, true).compile("x.dts", source));
    }

    private static Fdt compile(String text) {
        return new DtsCompiler(SourceFiles.NONE)
                .compile("x.dts", Bytes.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static Bytes compile(Path source, boolean symbols) {
        SourceFolder files = new SourceFolder(source.getParent(), List.of());
        Fdt tree = new DtsCompiler(files, symbols).compile(source.toString(), GoldenFiles.read(source));
        assertEquals(tree.root(), Fdt.parse(FdtWriter.write(tree)).root());
        return FdtWriter.write(tree);
    }

    private static Bytes golden(Path source, String ending) {
        return GoldenFiles.read(
                Path.of(source.toString().substring(0, source.toString().length() - ".dts".length()) + ending));
    }

    private static Stream<Path> sources() throws IOException {
        try (Stream<Path> files = Files.list(GoldenSources.folder())) {
            return files.filter(file -> file.toString().endsWith(".dts")).sorted().toList().stream();
        }
    }
}
