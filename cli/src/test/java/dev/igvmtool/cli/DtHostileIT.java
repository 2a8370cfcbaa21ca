package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.ByteWriter;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Device trees made to exhaust: each in a process of its own with 256 MB of heap, refused in one line. */
class DtHostileIT {
    private static final String HEAD = "/dts-v1/; / { ";

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> sourcesAreRefused() throws IOException {
        Map<String, String> sources = new TreeMap<>(Map.of(
                "depth", HEAD + "a {".repeat(100_000),
                "parentheses", HEAD + "a = <" + "(".repeat(1_000_000),
                "nodes", HEAD + "a{};".repeat(1_900_000),
                "labels", HEAD + "a:".repeat(3_000_000),
                "parts", HEAD + "a=" + "<>,".repeat(2_000_000),
                "include-loop", "/dts-v1/; /include/ \"include-loop.dts\"",
                "include-device", "/dts-v1/; /include/ \"/dev/zero\"",
                "incbin-outside", HEAD + "a = /incbin/(\"/etc/passwd\"); };",
                "paths", HEAD + "l: " + "n".repeat(4000) + " { a = " + "&l,".repeat(100_000) + "&l; }; };",
                "references", plugin()));
        sources.put("incbin-many", HEAD + "a = " + "/incbin/(\"big\"),".repeat(100) + "/incbin/(\"big\"); };");
        sources.put("include-bomb", "/dts-v1/; " + "/include/ \"bomb0\"\n".repeat(10));
        for (int i = 0; i < 12; i++) {
            Files.writeString(folder.resolve("bomb" + i), ("/include/ \"bomb" + (i + 1) + "\"\n").repeat(10));
        }
        Files.writeString(folder.resolve("bomb12"), "");
        Files.write(folder.resolve("big"), new byte[4 << 20]);
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Files.writeString(folder.resolve(source.getKey() + ".dts"), source.getValue());
        }
        try (OutputStream huge = Files.newOutputStream(folder.resolve("string.dts"))) {
            huge.write((HEAD + "a = \"").getBytes(StandardCharsets.US_ASCII));
        }
        // A string of 1 GB, most of it a hole in the file.
        try (var file = new RandomAccessFile(folder.resolve("string.dts").toFile(), "rw")) {
            file.setLength(1 << 30);
        }
        return Stream.concat(sources.keySet().stream(), Stream.of("string"))
                .map(name -> DynamicTest.dynamicTest(name, () -> refused("compile", name + ".dts")));
    }

    private static String plugin() {
        return "/dts-v1/; /plugin/; / { " + "n".repeat(3000) + " { a = <" + "&b ".repeat(20_000) + ">; }; };";
    }

    @TestFactory
    Stream<DynamicTest> blobsAreRefused() throws IOException {
        Map<String, List<Integer>> trees = Map.of(
                "deep", repeated(100_000, 1, 0),
                "many", repeated(3_000_000, 1, 0, 2),
                "no-end", List.of(1, 0, 2),
                "two-roots", List.of(1, 0, 2, 1, 0, 2, 9),
                "properties", repeated(3_000_000, 3, 0, 0));
        for (Map.Entry<String, List<Integer>> tree : trees.entrySet()) {
            Files.write(folder.resolve(tree.getKey() + ".dtb"), blob(tree.getValue()));
        }
        return trees.keySet().stream().sorted().flatMap(name -> Stream.of("decompile", "check", "apply")
                .map(command -> DynamicTest.dynamicTest(command + " " + name, () -> refused(command, name + ".dtb"))));
    }

    private static List<Integer> repeated(int times, Integer... tokens) {
        return Stream.concat(Stream.of(1, 0), IntStream.range(0, times).boxed().flatMap(i -> Stream.of(tokens)))
                .toList();
    }

    private static byte[] blob(List<Integer> tokens) {
        ByteWriter blob = new ByteWriter(ByteOrder.BIG_ENDIAN);
        int structure = tokens.size() * 4;
        blob.u32(0xd00dfeedL)
                .u32(60L + structure)
                .u32(60)
                .u32(56)
                .u32(40)
                .u32(17)
                .u32(16)
                .u32(0)
                .u32(4);
        blob.u32(structure).zeros(20);
        tokens.forEach(blob::u32);
        return blob.toBytes().toByteArray();
    }

    private void refused(String command, String file) throws Exception {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        List<String> words = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.igvmtool.cli.Main",
                "dt",
                command,
                file);
        Process process = new ProcessBuilder(command.equals("apply") ? with(words, file) : words)
                .directory(folder.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertTrue(process.waitFor(2, TimeUnit.MINUTES), "still running");
        String diagnostics = Files.readString(err);
        assertEquals(2, process.exitValue(), diagnostics);
        assertEquals(1, diagnostics.lines().count(), diagnostics);
        assertTrue(diagnostics.length() < 1000, diagnostics);
        assertEquals("", Files.readString(out));
    }

    private static List<String> with(List<String> words, String last) {
        return Stream.concat(words.stream(), Stream.of(last)).toList();
    }
}
