package dev.igvmtool.devicetree.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.FdtWriter;
import dev.igvmtool.devicetree.GoldenFiles;
import dev.igvmtool.devicetree.GoldenSources;
import dev.igvmtool.devicetree.TestSources;
import dev.igvmtool.devicetree.live.Message;
import dev.igvmtool.devicetree.source.Dts;
import dev.igvmtool.devicetree.source.SourceFolder;
import dev.igvmtool.testing.Mutations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class TreeCompilerTest {
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

    /** Empty parts, and files among other parts, are not written so that dtc could read them again. */
    private static final List<String> OWN_SOURCE_TEXT = List.of("values.dts", "including.dts");

    @TestFactory
    Stream<DynamicTest> writesSourceTextAgain() throws IOException {
        return sources()
                .map(source -> DynamicTest.dynamicTest(source.getFileName().toString(), () -> {
                    String text = Dts.text(compilation(source).require());
                    if (!OWN_SOURCE_TEXT.contains(source.getFileName().toString())) {
                        assertEquals(golden(source, "-source.txt").toUtf8(), text);
                    }
                    // The tables of an overlay stand in its text.
                    String again = text.replace("/plugin/;", "");
                    assertEquals(
                            Fdt.parse(golden(source, ".dtb")).root(),
                            TestSources.compile(again).root());
                }));
    }

    @TestFactory
    Stream<DynamicTest> findsWhatDtcFinds() throws IOException {
        return sources()
                .map(source -> DynamicTest.dynamicTest(source.getFileName().toString(), () -> {
                    Set<String> found = new TreeSet<>();
                    for (Message message : compilation(source).messages()) {
                        String place = message.places().isEmpty()
                                ? ""
                                : " " + message.places().get(0).toString().replace(source.getParent() + "/", "");
                        String subject = message.subject().isEmpty() ? "" : " " + message.subject();
                        found.add(message.check().orElse("") + subject + place);
                    }
                    assertEquals(
                            new TreeSet<>(
                                    golden(source, ".checks").toUtf8().lines().toList()),
                            found);
                }));
    }

    @TestFactory
    Stream<DynamicTest> treesOfTheHandOverDataSurviveAsText() {
        return GoldenFiles.cases().stream()
                .map(folder -> DynamicTest.dynamicTest(folder.getFileName().toString(), () -> {
                    Fdt tree = Fdt.parse(GoldenFiles.read(folder.resolve("host-tree.dtb")));
                    Fdt again = TestSources.compile(Dts.decompile(tree));
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
        Mutations.allTruncations(source, TreeCompilerTest::compileDamaged);
        Mutations.allBitFlips(source, TreeCompilerTest::compileDamaged);
    }

    @Test
    void damagedBlobsAreShownOrRefused() {
        Bytes blob = GoldenSources.blob("base");
        Mutations.allTruncations(blob, damaged -> Dts.decompile(Fdt.parse(damaged)));
        Mutations.allBitFlips(blob, damaged -> Dts.decompile(Fdt.parse(damaged)));
    }

    private static void compileDamaged(Bytes source) {
        FdtWriter.write(TestSources.compile(new String(source.toByteArray(), StandardCharsets.ISO_8859_1), true));
    }

    private static Bytes compile(Path source, boolean symbols) {
        SourceFolder files = new SourceFolder(source.getParent(), List.of());
        Fdt tree = new TreeCompiler(CompileOptions.standard().withSymbols(symbols))
                .source(source.toString(), GoldenFiles.read(source), files)
                .require()
                .toFdt();
        assertEquals(tree.root(), Fdt.parse(FdtWriter.write(tree)).root());
        return FdtWriter.write(tree);
    }

    private static Compilation compilation(Path source) {
        SourceFolder files = new SourceFolder(source.getParent(), List.of());
        return new TreeCompiler(CompileOptions.standard()).source(source.toString(), GoldenFiles.read(source), files);
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
