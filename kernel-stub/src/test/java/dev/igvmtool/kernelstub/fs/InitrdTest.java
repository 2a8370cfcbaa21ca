package dev.igvmtool.kernelstub.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.linux.FileMode;
import dev.igvmtool.kernelstub.CpioArchive;
import dev.igvmtool.kernelstub.boot.ArrayMemory;
import dev.igvmtool.kernelstub.memory.PageAllocator;
import dev.igvmtool.testing.Mutations;
import dev.igvmtool.testing.SharedTestData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class InitrdTest {
    private static final int PAGES = 0x10_0000;

    private final ArrayMemory memory = new ArrayMemory(0, 0x20_0000);

    private record Unpacked(FileTree tree, FileData data) {
        String text(String path) {
            Inode.RegularFile file = (Inode.RegularFile) tree.inode(tree.find(path));
            byte[] content = new byte[(int) file.size()];
            data.read(file, 0, content, content.length);
            return Bytes.wrap(content).toUtf8();
        }
    }

    private Unpacked unpack(Bytes initrd) {
        memory.writeBytes(0, initrd);
        FileTree tree = new FileTree(Files.empty());
        FileData data = new FileData(memory, new PageAllocator(List.of(new GpaRange(PAGES, 2 * PAGES))));
        Initrd.unpack(memory, GpaRange.ofSize(0, initrd.size()), tree, data);
        return new Unpacked(tree, data);
    }

    private String refusal(Bytes initrd) {
        return assertThrows(FormatException.class, () -> unpack(initrd)).getMessage();
    }

    private static Bytes gzip(Bytes content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content.toByteArray());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return Bytes.wrap(out.toByteArray());
    }

    private static CpioArchive sample() {
        return new CpioArchive()
                .link("bin", "/usr/bin")
                .directory("usr")
                .directory("usr/bin")
                .file("bin/x", Bytes.utf8("x".repeat(5000)))
                .character("null", 1, 3);
    }

    @Test
    void followsLinksThatCameBeforeTheirTargets() {
        Unpacked files = unpack(sample().build());
        assertEquals(5000, files.text("/usr/bin/x").length());
        assertEquals(files.tree.find("/bin/x"), files.tree.find("/usr/bin/../bin/x"));
        Inode.DeviceNode node = (Inode.DeviceNode) files.tree.inode(files.tree.find("/null"));
        assertEquals(Device.NULL, Device.of(node).orElseThrow());
    }

    @Test
    void laterArchivesReplaceFilesOfEarlierOnes() {
        Bytes first = new CpioArchive()
                .file("a", Bytes.utf8("1"))
                .file("b", Bytes.utf8("1"))
                .build();
        Bytes second = new CpioArchive().file("b", Bytes.utf8("22")).build();
        for (Bytes initrd : List.of(
                join(first, second),
                join(gzip(first), gzip(second)),
                join(first, gzip(second)),
                join(gzip(first), second),
                gzip(join(first, second)),
                join(first, Bytes.zeros(700), second))) {
            Unpacked files = unpack(initrd);
            assertEquals("1", files.text("/a"));
            assertEquals("22", files.text("/b"));
        }
    }

    private static Bytes join(Bytes... parts) {
        ByteWriter writer = new ByteWriter();
        for (Bytes part : parts) {
            writer.bytes(part);
        }
        return writer.toBytes();
    }

    @Test
    void hardLinksShareTheContentOfTheLast() {
        int mode = FileMode.REGULAR | 0644;
        Unpacked files = unpack(new CpioArchive()
                .entry(9, "a", mode, 2, 0, 0, Bytes.EMPTY)
                .entry(9, "b", mode, 2, 0, 0, Bytes.utf8("shared"))
                .build());
        assertEquals("shared", files.text("/a"));
        assertEquals(files.tree.find("/a"), files.tree.find("/b"));
    }

    @Test
    void refusesNamesThatLeaveTheTree() {
        for (String name : List.of("../x", "a/../x", "/etc", "..", "a\0b")) {
            String message = refusal(new CpioArchive().file(name, Bytes.EMPTY).build());
            assertTrue(message.startsWith("name "), message);
            assertTrue(message.contains("in cpio entry 0"), message);
        }
    }

    @Test
    void ignoresTheNameOfTheRootItself() {
        unpack(new CpioArchive().directory(".").directory("./x").build()).tree.find("/x");
    }

    @Test
    void refusesFilesWithoutParent() {
        assertTrue(
                refusal(new CpioArchive().file("no/such", Bytes.EMPTY).build()).startsWith("cannot create 'no/such'"));
    }

    @Test
    void refusesNameSizesAndDigitsOutOfRange() {
        String text = new CpioArchive().file("a", Bytes.EMPTY).build().toUtf8();
        assertTrue(refusal(Bytes.utf8(text.substring(0, 94) + "FFFFFFFF" + text.substring(102)))
                .startsWith("name size is 0xffffffff"));
        assertTrue(refusal(Bytes.utf8(text.substring(0, 54) + "0000000x" + text.substring(62)))
                .contains("expected eight hexadecimal digits"));
        assertTrue(refusal(Bytes.utf8(text.substring(0, 54) + "FFFFFFFF" + text.substring(62)))
                .contains("archive ends at"));
    }

    @Test
    void linksThatGoInCirclesAreAnError() {
        String message = refusal(new CpioArchive()
                .link("a", "b")
                .link("b", "a")
                .file("a/x", Bytes.EMPTY)
                .build());
        assertTrue(message.contains("too many levels of symbolic links"), message);
    }

    @Test
    void refusesOtherCompressions() {
        assertTrue(refusal(Bytes.fromHex("fd377a585a00")).startsWith("an archive starts with byte 0xfd"));
    }

    @Test
    void refusesDamagedGzip() {
        Bytes good = gzip(sample().build());
        byte[] damaged = good.toByteArray();
        damaged[damaged.length - 8] ^= 1;
        assertTrue(refusal(Bytes.wrap(damaged)).contains("its trailer says"));
        assertTrue(refusal(good.slice(0, good.size() - 3)).contains("gzip member ends"));
    }

    @Test
    void endlessFilesEndWithTheMemory() {
        Bytes bomb =
                gzip(new CpioArchive().file("zeros", Bytes.zeros(PAGES + 4096)).build());
        assertTrue(refusal(bomb).startsWith("cannot create 'zeros': Out of memory"));
    }

    @Test
    void damageIsRefusedOrReadButNothingElse() {
        Bytes plain =
                new CpioArchive().directory("d").file("d/f", Bytes.utf8("text")).build();
        Mutations.allTruncations(plain, this::unpack);
        Mutations.bitFlips(plain, 3, this::unpack);
        Bytes compressed = gzip(plain);
        Mutations.allTruncations(compressed, this::unpack);
        Mutations.allBitFlips(compressed, this::unpack);
    }

    @Test
    void readsTheInitrdOfTheReferenceImages() throws IOException {
        Path path = SharedTestData.require("golden/payloads/initrd.cpio");
        Unpacked files = unpack(Bytes.wrap(java.nio.file.Files.readAllBytes(path)));
        assertTrue(files.tree.files().inodes().size() > 3);
    }
}
