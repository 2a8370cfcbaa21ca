package dev.igvmtool.devicetree.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.FdtWriter;
import dev.igvmtool.devicetree.FdtWriter.Space;
import dev.igvmtool.devicetree.GoldenFiles;
import dev.igvmtool.devicetree.GoldenSources;
import dev.igvmtool.devicetree.lint.Levels;
import dev.igvmtool.devicetree.live.PhandleFormat;
import dev.igvmtool.devicetree.source.Dts;
import dev.igvmtool.devicetree.source.SourceFolder;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The options of dtc, compared with dtc 1.6.1 itself where it is installed. */
class DtcComparisonTest {
    @TempDir
    static Path folder;

    /** Options of dtc and what they are here. */
    private record Options(List<String> words, CompileOptions compile, Space space, int version) {
        Options(List<String> words, CompileOptions compile) {
            this(words, compile, Space.NONE, 17);
        }

        Options(List<String> words, Space space) {
            this(words, CompileOptions.standard(), space, 17);
        }

        Options(int version) {
            this(List.of("-V", Integer.toString(version)), CompileOptions.standard(), Space.NONE, version);
        }
    }

    private static final List<Options> ALL = List.of(
            new Options(List.of("-A"), options(false, true, false, PhandleFormat.EPAPR, OptionalLong.empty())),
            new Options(List.of("-A", "-@"), options(true, true, false, PhandleFormat.EPAPR, OptionalLong.empty())),
            new Options(List.of("-s"), options(false, false, true, PhandleFormat.EPAPR, OptionalLong.empty())),
            new Options(
                    List.of("-H", "legacy"), options(false, false, false, PhandleFormat.LEGACY, OptionalLong.empty())),
            new Options(
                    List.of("-@", "-H", "both"), options(true, false, false, PhandleFormat.BOTH, OptionalLong.empty())),
            new Options(
                    List.of("-b", "0x17"), options(false, false, false, PhandleFormat.EPAPR, OptionalLong.of(0x17))),
            new Options(List.of("-R", "3"), new Space(3, 0, 0, 0)),
            new Options(List.of("-S", "5000"), new Space(0, 5000, 0, 0)),
            new Options(List.of("-p", "1000", "-a", "64"), new Space(0, 0, 1000, 64)),
            new Options(1),
            new Options(2),
            new Options(3),
            new Options(16));

    private static CompileOptions options(
            boolean symbols, boolean aliases, boolean sorted, PhandleFormat phandles, OptionalLong bootCpuid) {
        return new CompileOptions(symbols, aliases, sorted, false, phandles, bootCpuid, new Levels());
    }

    @TestFactory
    Stream<DynamicTest> optionsGiveTheBytesOfDtc() throws IOException {
        assumeTrue(dtcIsThere(), "dtc 1.6.1 is not installed");
        List<DynamicTest> tests = new ArrayList<>();
        for (Path source : sources()) {
            for (Options options : ALL) {
                if (dtcCrashes(source, options.version)) {
                    continue;
                }
                String name = source.getFileName() + " " + String.join(" ", options.words);
                tests.add(DynamicTest.dynamicTest(name, () -> {
                    Bytes expected = dtc(source, "dts", "dtb", options.words);
                    Fdt tree = new TreeCompiler(options.compile)
                            .source(
                                    source.toString(),
                                    GoldenFiles.read(source),
                                    new SourceFolder(source.getParent(), List.of()))
                            .require()
                            .toFdt();
                    assertEquals(
                            expected.toHex(),
                            FdtWriter.write(tree, options.space, options.version)
                                    .toHex());
                }));
            }
        }
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> blobsOfAllVersionsAreReadAsByDtc() throws IOException {
        assumeTrue(dtcIsThere(), "dtc 1.6.1 is not installed");
        List<DynamicTest> tests = new ArrayList<>();
        for (Path source : sources()) {
            for (String version : List.of("1", "2", "3", "16", "17")) {
                if (dtcCrashes(source, Integer.parseInt(version))) {
                    continue;
                }
                tests.add(DynamicTest.dynamicTest(source.getFileName() + " version " + version, () -> {
                    Path blob = Files.write(
                            folder.resolve("x.dtb"),
                            dtc(source, "dts", "dtb", List.of("-V", version)).toByteArray());
                    Bytes expected = dtc(blob, "dtb", "dts", List.of());
                    Fdt tree = Fdt.parseAnyVersion(GoldenFiles.read(blob));
                    assertEquals(
                            expected.toUtf8(),
                            Dts.text(new TreeCompiler(CompileOptions.standard())
                                    .tree("x.dtb", tree)
                                    .require()));
                }));
            }
        }
        return tests.stream();
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.list(GoldenSources.folder())) {
            return files.filter(file -> file.toString().endsWith(".dts"))
                    .sorted()
                    .toList();
        }
    }

    /** dtc does not know the paths of the tables that it adds, which old versions name. */
    private static boolean dtcCrashes(Path source, int version) {
        String name = source.getFileName().toString();
        return version < 16 && (name.startsWith("overlay") || name.equals("plugin.dts"));
    }

    private static boolean dtcIsThere() {
        try {
            Process version = new ProcessBuilder("dtc", "--version")
                    .redirectErrorStream(true)
                    .start();
            return new String(version.getInputStream().readAllBytes(), StandardCharsets.UTF_8).contains("1.6.1");
        } catch (IOException e) {
            return false;
        }
    }

    private static Bytes dtc(Path input, String from, String to, List<String> options)
            throws IOException, InterruptedException {
        File output = folder.resolve("out").toFile();
        List<String> command = new ArrayList<>(List.of("dtc", "-q", "-I", from, "-O", to, "-o", output.toString()));
        command.addAll(options);
        command.add(input.toString());
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertEquals(0, process.waitFor(), String.join(" ", command));
        return GoldenFiles.read(output.toPath());
    }
}
