package dev.igvmtool.builder.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.CpioHeader;
import dev.igvmtool.builder.manifest.InitrdEntry;
import dev.igvmtool.builder.manifest.InitrdEntry.Content;
import dev.igvmtool.builder.manifest.ManifestException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitrdArchiveTest {
    private static final StageImages STAGES =
            name -> name.equals("init") ? Optional.of(Bytes.utf8("INIT")) : Optional.empty();

    record Entry(String name, CpioHeader header, Bytes data) {}

    private static InitrdEntry entry(String path, Content content) {
        return new InitrdEntry(path, OptionalInt.empty(), content);
    }

    private static List<Entry> read(Bytes archive) {
        List<Entry> result = new ArrayList<>();
        int at = 0;
        while (true) {
            CpioHeader header = CpioHeader.CODEC.read(archive, at);
            int nameSize = (int) header.namesize();
            String name = archive.slice(at + CpioHeader.SIZE, nameSize - 1).toUtf8();
            int data = at + CpioHeader.SIZE + nameSize + 3 & ~3;
            result.add(new Entry(name, header, archive.slice(data, (int) header.filesize())));
            at = data + (int) header.filesize() + 3 & ~3;
            if (name.equals(CpioHeader.TRAILER)) {
                return result;
            }
        }
    }

    @Test
    void writesEntriesAsTheGeneratorOfOpenhclDoes() {
        Bytes archive = new InitrdArchive(STAGES)
                .write(List.of(
                        entry("/bin", new Content.Link("/usr/bin")),
                        entry("/dev", new Content.Directory()),
                        new InitrdEntry("/tmp", OptionalInt.of(01777), new Content.Directory()),
                        new InitrdEntry("/dev/null", OptionalInt.of(0666), new Content.Device(false, 1, 3)),
                        entry("/bin/x", new Content.Stage("init")),
                        entry("/note", new Content.Text("hi"))));
        List<Entry> entries = read(archive);
        assertEquals(0, archive.size() % 512);
        assertEquals(
                List.of("bin", "dev", "tmp", "dev/null", "bin/x", "note", "TRAILER!!!"),
                entries.stream().map(Entry::name).toList());
        assertEquals(
                new CpioHeader(721, 0xa1ed, 0, 0, 1, 0, 9, 3, 1, 0, 0, 4, 0),
                entries.get(0).header());
        assertEquals(Bytes.utf8("/usr/bin\0"), entries.get(0).data());
        assertEquals(
                new CpioHeader(722, 0x41ed, 0, 0, 2, 0, 0, 3, 1, 0, 0, 4, 0),
                entries.get(1).header());
        assertEquals(0x43ff, entries.get(2).header().mode());
        assertEquals(
                new CpioHeader(724, 0x21b6, 0, 0, 1, 0, 0, 3, 1, 1, 3, 9, 0),
                entries.get(3).header());
        assertEquals(0x81ed, entries.get(4).header().mode());
        assertEquals(Bytes.utf8("INIT"), entries.get(4).data());
        assertEquals(
                new CpioHeader(0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 11, 0),
                entries.get(6).header());
    }

    @Test
    void foldersAreTakenInNameOrderWithLinksAsLinks(@TempDir Path folder) throws IOException {
        Files.createDirectory(folder.resolve("sub"));
        Files.writeString(folder.resolve("sub/b"), "b");
        Files.writeString(folder.resolve("sub/B"), "B");
        Files.writeString(folder.resolve("a"), "a");
        assertTrue(folder.resolve("a").toFile().setExecutable(true));
        Files.createSymbolicLink(folder.resolve("out"), Path.of("../beside"));
        List<Entry> entries = read(new InitrdArchive(STAGES).write(List.of(entry("/", new Content.Folder(folder)))));
        assertEquals(
                List.of("a", "out", "sub", "sub/B", "sub/b", "TRAILER!!!"),
                entries.stream().map(Entry::name).toList());
        assertEquals(0x81ed, entries.get(0).header().mode());
        assertEquals(Bytes.utf8("../beside\0"), entries.get(1).data());
        assertEquals(0x81a4, entries.get(3).header().mode());
    }

    @Test
    void refusesWhatTheKernelCouldNotUnpack() {
        assertTrue(refusal(entry("/a/b", new Content.Text("x"))).contains("which no earlier entry makes"));
        assertTrue(refusal(entry("/a", new Content.Text("x")), entry("/a/b", new Content.Text("y")))
                .contains("which is no folder"));
        assertTrue(refusal(entry("/a", new Content.Stage("nope"))).contains("no stage program 'nope'"));
        assertTrue(refusal(entry("/" + "n".repeat(256), new Content.Text(""))).contains("256 bytes"));
        assertTrue(refusal(entry("/f", new Content.File(Path.of("/dev/zero")))).contains("not a regular file"));
    }

    private static String refusal(InitrdEntry... entries) {
        return assertThrows(ManifestException.class, () -> new InitrdArchive(STAGES).write(List.of(entries)))
                .getMessage();
    }
}
