package dev.igvmtool.devicetree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.testing.Mutations;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FdtTest {
    private static final Bytes SMALL = small();

    private static Bytes small() {
        FdtBuilder fdt = new FdtBuilder(0x1000, List.of(new GpaRange(0x1000, 0x3000)));
        FdtBuilder.Name reg = fdt.addString("reg");
        FdtBuilder.Name names = fdt.addString("reg-names");
        fdt.startNode("").u32(reg, 1, 2);
        fdt.startNode("child@10").u64(reg, 0x1_0000_0010L).strings(names, List.of("ctrl", "shmem"));
        fdt.endNode().endNode();
        return fdt.build(7);
    }

    static List<Path> goldenBlobs() {
        List<Path> blobs = new ArrayList<>();
        for (Path folder : GoldenFiles.cases()) {
            for (String name : List.of("host-tree.dtb", "expected/kernel-tree.dtb")) {
                if (Files.exists(folder.resolve(name)) && !folder.endsWith("panic-no-tree")) {
                    blobs.add(folder.resolve(name));
                }
            }
        }
        return blobs;
    }

    @Test
    void readsWhatTheBuilderWrote() {
        Fdt fdt = Fdt.parse(SMALL.paddedTo(0x1000));
        assertEquals(SMALL.size(), fdt.totalSize());
        assertEquals(7, fdt.bootCpuidPhys());
        assertEquals(List.of(new Fdt.Reservation(0x1000, 0x2000)), fdt.reservations());
        assertEquals(2, fdt.root().require("reg").u32(1));
        Node child = fdt.root().childrenOf("child").get(0);
        assertEquals(0x1_0000_0010L, child.require("reg").u64());
        assertEquals(List.of("ctrl", "shmem"), child.require("reg-names").strings());
        assertEquals("ctrl", child.require("reg-names").string());
    }

    @Test
    void rebuildsEveryTreeOfTheReferenceToTheByte() {
        for (Path file : goldenBlobs()) {
            Bytes blob = GoldenFiles.read(file);
            Fdt fdt = Fdt.parse(blob);
            if (file.toString().contains("host-exotic-tree")) {
                continue; // contains NOP tokens, which a tree does not keep
            }
            assertEquals(blob.slice(0, fdt.totalSize()), rebuild(blob, fdt), () -> file.toString());
        }
    }

    private static Bytes rebuild(Bytes blob, Fdt fdt) {
        List<GpaRange> reservations =
                fdt.reservations().stream().map(Fdt.Reservation::range).toList();
        FdtBuilder builder = new FdtBuilder(0x200000, reservations);
        int strings = 40 + 16 * (reservations.size() + 1);
        int used = Integer.reverseBytes((int) blob.u32(0x20));
        Map<String, FdtBuilder.Name> names = new HashMap<>();
        for (int at = strings; at < strings + used; ) {
            String text = FdtText.untilNul(blob, at, "string");
            names.put(text, builder.addString(text));
            at += text.length() + 1;
        }
        rebuild(builder, names, fdt.root());
        return builder.build(fdt.bootCpuidPhys());
    }

    private static void rebuild(FdtBuilder builder, Map<String, FdtBuilder.Name> names, Node node) {
        builder.startNode(node.name());
        node.properties().forEach(p -> builder.bytes(names.get(p.name()), p.value()));
        node.children().forEach(child -> rebuild(builder, names, child));
        builder.endNode();
    }

    @Test
    void refusesEveryTruncation() {
        for (int size = 0; size < SMALL.size(); size++) {
            Bytes truncated = SMALL.slice(0, size);
            assertThrows(FormatException.class, () -> Fdt.parse(truncated));
        }
    }

    @Test
    void flippedBitsGiveATreeOrAFormatException() {
        Mutations.allBitFlips(SMALL, Fdt::parse);
    }

    @Test
    void nestingIsNotBoundedByTheStack() {
        ByteWriter structure = new ByteWriter(ByteOrder.BIG_ENDIAN);
        int depth = 20000;
        for (int i = 0; i < depth; i++) {
            structure.u32(1).u32(0);
        }
        for (int i = 0; i < depth; i++) {
            structure.u32(2);
        }
        Node node = Fdt.parse(blob(structure)).root();
        int found = 1;
        while (!node.children().isEmpty()) {
            node = node.children().get(0);
            found++;
        }
        assertEquals(depth, found);
    }

    @Test
    void nopsAreAllowedAnywhere() {
        ByteWriter structure = new ByteWriter(ByteOrder.BIG_ENDIAN);
        structure.u32(4).u32(1).u32(0).u32(4).u32(2).u32(4);
        assertTrue(Fdt.parse(blob(structure)).root().children().isEmpty());
    }

    @Test
    void refusesWhatTheStructureBlockMustNotHold() {
        assertMessage("no root node", new ByteWriter(ByteOrder.BIG_ENDIAN));
        assertMessage(
                "second root node",
                new ByteWriter(ByteOrder.BIG_ENDIAN)
                        .u32(1)
                        .u32(0)
                        .u32(2)
                        .u32(1)
                        .u32(0)
                        .u32(2));
        assertMessage("END_NODE without", new ByteWriter(ByteOrder.BIG_ENDIAN).u32(2));
        assertMessage("inside node", new ByteWriter(ByteOrder.BIG_ENDIAN).u32(1).u32(0));
        assertMessage(
                "END token before",
                new ByteWriter(ByteOrder.BIG_ENDIAN).u32(1).u32(0).u32(2).u32(9));
        assertMessage(
                "token 0x7 is unknown",
                new ByteWriter(ByteOrder.BIG_ENDIAN).u32(1).u32(0).u32(7));
        assertMessage(
                "outside the root",
                new ByteWriter(ByteOrder.BIG_ENDIAN).u32(3).u32(0).u32(0));
        assertMessage(
                "after its children",
                new ByteWriter(ByteOrder.BIG_ENDIAN)
                        .u32(1)
                        .u32(0)
                        .u32(1)
                        .u32(0)
                        .u32(2)
                        .u32(3)
                        .u32(0)
                        .u32(0)
                        .u32(2));
        assertMessage(
                "has 0x0 left",
                new ByteWriter(ByteOrder.BIG_ENDIAN)
                        .u32(1)
                        .u32(0)
                        .u32(3)
                        .u32(0xffff_ffffL)
                        .u32(0));
        assertMessage(
                "without a terminating NUL",
                new ByteWriter(ByteOrder.BIG_ENDIAN).u32(1).u32(0x61616161));
        assertMessage(
                "not UTF-8",
                new ByteWriter(ByteOrder.BIG_ENDIAN).u32(1).u32(0xff00_0000L).u32(2));
    }

    @Test
    void typedReadsCheckLengthAndIndex() {
        Property property = new Property("reg", Bytes.fromHex("000000010000000200"));
        assertThrows(FormatException.class, property::u32);
        Property pair = new Property("reg", Bytes.fromHex("0000000100000002"));
        assertEquals(0x1_0000_0002L, pair.u64());
        assertThrows(FormatException.class, () -> pair.u64(1));
        assertThrows(FormatException.class, () -> pair.u32(2));
        assertThrows(FormatException.class, () -> new Property("status", Bytes.utf8("okay")).string());
    }

    private static void assertMessage(String part, ByteWriter structure) {
        FormatException e = assertThrows(FormatException.class, () -> Fdt.parse(blob(structure)));
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    /** A blob with an empty strings block (one NUL) and the given structure block. */
    private static Bytes blob(ByteWriter structure) {
        int size = structure.size() + 4;
        ByteWriter blob = new ByteWriter(ByteOrder.BIG_ENDIAN);
        blob.u32(0xd00dfeedL)
                .u32(0x3c + size)
                .u32(0x3c)
                .u32(0x38)
                .u32(0x28)
                .u32(17)
                .u32(16)
                .u32(0)
                .u32(1);
        blob.u32(size).zeros(16).zeros(4).bytes(structure.toBytes()).u32(9);
        return blob.toBytes();
    }
}
