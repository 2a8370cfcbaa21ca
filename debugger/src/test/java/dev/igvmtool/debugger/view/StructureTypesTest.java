package dev.igvmtool.debugger.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.E820Entry;
import dev.igvmtool.abi.linux.SetupData;
import dev.igvmtool.abi.shim.BootLogBuffer;
import dev.igvmtool.abi.snp.CpuidPage;
import dev.igvmtool.abi.snp.Ghcb;
import dev.igvmtool.abi.snp.SecretsPage;
import dev.igvmtool.devicetree.FdtBuilder;
import dev.igvmtool.machine.memory.PhysicalMemory;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StructureTypesTest {
    private static final long AT = 0x5000;

    private final PhysicalMemory memory = new PhysicalMemory(List.of(new GpaRange(0, 0x10_0000)));

    private static String text(ViewNode node, String path) {
        return node.find(path)
                .orElseThrow(() -> new AssertionError(path + " in " + node))
                .text();
    }

    @Test
    void zeroPageShowsTheEntriesThatItUses() {
        List<E820Entry> entries = List.of(
                new E820Entry(0x1000, 0x2000, E820Entry.RAM), new E820Entry(0x8000, 0x1000, E820Entry.RESERVED));
        memory.write(
                BootParams.CODEC,
                AT,
                BootParams.builder()
                        .ramdisk(0x1_2345_6000L, 0x100)
                        .e820(entries)
                        .build());
        ViewNode view = LinuxTypes.BOOT_PARAMS.view(memory, AT);

        assertEquals("2", text(view, "e820_entries"));
        assertEquals("0x8000 (32768)", text(view, "e820_table[1].addr"));
        assertEquals("2 reserved", text(view, "e820_table[1].type"));
        assertTrue(view.find("e820_table[2]").isEmpty());
        assertEquals("0x23456000", text(view, "ramdisk_image"));
        ViewNode unused =
                LinuxTypes.BOOT_PARAMS.field(memory, AT, "e820_table[7].size").orElseThrow();
        assertEquals(AT + 0x2d0 + 7 * 20 + 8, unused.gpa());
        assertEquals(8, unused.sizeBytes());
    }

    @Test
    void memoryMapGoesOnBeyondItsPage() {
        List<E820Entry> entries = IntStream.range(0, 130)
                .mapToObj(i -> new E820Entry(0x1000L * i, 0x1000, E820Entry.RAM))
                .toList();
        memory.write(
                BootParams.CODEC,
                AT,
                BootParams.builder().e820(entries).setupData(0x9000).build());
        memory.write(SetupData.CODEC, 0x9000, new SetupData(0, SetupData.E820_EXT, 40));
        memory.write(E820Entry.CODEC, 0x9010, entries.get(128));
        memory.write(E820Entry.CODEC, 0x9024, entries.get(129));
        ViewNode view = LinuxTypes.E820.view(memory, AT);

        assertEquals("130 entries", view.text());
        assertEquals("0x81000-0x82000 RAM", text(view, "[129]"));
        assertEquals(0x9024, view.find("[129]").orElseThrow().gpa());
    }

    @Test
    void chainThatNeverEndsIsRefused() {
        memory.write(SetupData.CODEC, AT, new SetupData(AT, SetupData.DTB, 0));
        FormatException e = assertThrows(FormatException.class, () -> LinuxTypes.SETUP_DATA.view(memory, AT));
        assertTrue(e.getMessage().contains("no end within 64 elements"), e.getMessage());
    }

    @Test
    void propertiesOfATreeHaveTheAddressesOfTheirValues() {
        FdtBuilder builder = new FdtBuilder(0x1000, List.of());
        FdtBuilder.Name model = builder.addString("model");
        FdtBuilder.Name registers = builder.addString("reg");
        Bytes blob = builder.startNode("")
                .string(model, "test")
                .startNode("memory@1000")
                .u64(registers, 0x1122334455667788L)
                .endNode()
                .endNode()
                .build(0);
        memory.writeBytes(AT, blob);
        ViewNode view = StructureTypes.DEVICE_TREE.view(memory, AT);

        ViewNode reg = view.find("/memory@1000:reg").orElseThrow();
        assertEquals("<0x11223344 0x55667788>", reg.text());
        assertEquals(0x8877665544332211L, memory.readU64(reg.gpa()));
        assertEquals(reg, view.at(reg.gpa() + 7).orElseThrow());
        assertEquals("/memory@1000:reg", Structures.pathTo(view, reg.gpa()));
        assertEquals("\"test\"", text(view, ":model"));
        assertEquals(blob.size(), StructureTypes.DEVICE_TREE.sizeBytes(memory, AT));
    }

    @Test
    void messagesAreShownByTheirSource() {
        memory.writeBytes(
                AT + 2 * 256, HvMessage.CODEC.toBytes(new HvMessage(MessageType.TIMER_EXPIRED, Bytes.fromHex("0102"))));
        ViewNode view = HypervisorTypes.MESSAGE_PAGE.view(memory, AT);
        assertEquals("1 messages", view.text());
        assertEquals("0x80000010 timer expired", text(view, "sint[2].type"));
        assertEquals("2", text(view, "sint[2].payload_size"));
    }

    @Test
    void eventFlagsAreShownByTheirNumbers() {
        memory.writeU8(AT + 256 * 3 + 1, 0x81);
        ViewNode view = HypervisorTypes.EVENT_FLAGS_PAGE.view(memory, AT);
        assertEquals("flags 8, 15", text(view, "sint[3]"));
    }

    @Test
    void logIsShownByLine() {
        BootLogBuffer log = new BootLogBuffer(memory, AT);
        log.reset(0x1000);
        log.append(Bytes.utf8("one\n"));
        log.append(Bytes.utf8("t\u0007o\n"));
        ViewNode view = ParavisorTypes.BOOT_LOG.view(memory, AT);
        assertEquals(
                List.of("\"one\"", "\"t\\u0007o\""),
                view.children().stream()
                        .filter(node -> node.name().equals("line"))
                        .map(ViewNode::text)
                        .toList());
        assertEquals(AT + 6 + 4, view.children().get(4).gpa());
    }

    @Test
    void fieldsAreFoundInTheSpellingOfTheSpecificationToo() {
        assertEquals(
                HypervisorTypes.SIDECAR_PARAMS.field(memory, AT, "nodes[3].memoryBase"),
                HypervisorTypes.SIDECAR_PARAMS.field(memory, AT, "nodes[3].memory_base"));
        assertTrue(HypervisorTypes.SIDECAR_PARAMS
                .field(memory, AT, "nodes[128].memory_base")
                .isEmpty());
        assertEquals(
                AT + 0x178,
                HypervisorTypes.VMSA.field(memory, AT, "rip").orElseThrow().gpa());
    }

    @Test
    void typesAreFoundByTheirNames() {
        for (StructureType type : StructureTypes.all()) {
            assertEquals(type, StructureTypes.find(type.name()).orElseThrow());
            assertTrue(type.name().matches("[a-z0-9-]+"), type.name());
        }
        assertTrue(StructureTypes.find("nothing").isEmpty());
    }

    /** Whatever bytes stand there, looking at them gives a view or says that there is none. */
    @Test
    void noBytesUpsetAView() {
        Random random = new Random(11);
        byte[] page = new byte[0x4000];
        for (int round = 0; round < 200; round++) {
            random.nextBytes(page);
            if (round % 2 == 0) {
                memory.writeU32(AT, 0xedfe_0dd0L);
            }
            memory.write(AT, page, 0, page.length);
            for (StructureType type : StructureTypes.all()) {
                try {
                    ViewNode view = type.view(memory, AT);
                    view.at(AT + 3);
                    view.find("nodes[1].x");
                } catch (IgvmToolException refused) {
                    assertTrue(!String.valueOf(refused.getMessage()).isEmpty());
                }
            }
        }
    }

    @Test
    void viewsAtTheEndOfMemoryAreRefused() {
        memory.writeU8(0x10_0000 - 1, 1);
        for (StructureType type : StructureTypes.all()) {
            assertThrows(IgvmToolException.class, () -> type.view(memory, 0x10_0000 - 1), type.name());
        }
    }

    @Test
    void pagesOfSnpSayWhatTheFirmwarePutThere() {
        CpuidPage page =
                new CpuidPage(List.of(new CpuidPage.Entry(1, 2, 3, 4, 5, 6), new CpuidPage.Entry(7, 0, 1, 2, 3, 4)));
        memory.writeBytes(AT, page.toBytes());
        ViewNode view = SnpTypes.CPUID_PAGE.view(memory, AT);
        assertEquals("2 leaves", view.text());
        assertEquals(
                "0x7/0x0 xcr0 0x0 xss 0x0: eax 0x00000001 ebx 0x00000002 ecx 0x00000003 edx 0x00000004",
                text(view, "[1]"));
        assertEquals(AT + 16 + 48, view.find("[1]").orElseThrow().gpa());

        memory.writeU32(AT, 3);
        memory.writeBytes(AT + SecretsPage.KEYS + SecretsPage.KEY_BYTES, Bytes.fromHex("ab".repeat(32)));
        assertEquals("3", text(SnpTypes.SECRETS_PAGE.view(memory, AT), "version"));
        assertEquals("ab".repeat(32), text(SnpTypes.SECRETS_PAGE.view(memory, AT), "vmpck1"));

        memory.writeU64(AT + Ghcb.EXIT_CODE, 0x7c);
        memory.writeU32(AT + Ghcb.USAGE, 1);
        memory.writeU64(AT + Ghcb.HYPERCALL_CONTROL, 0x50);
        assertEquals("0x7c (124)", text(SnpTypes.GHCB.view(memory, AT), "exit_code"));
        assertEquals("1 hypercall", text(SnpTypes.GHCB.view(memory, AT), "usage"));
        assertEquals("0x50 (80)", text(SnpTypes.GHCB.view(memory, AT), "hypercall_control"));
    }

    @Test
    void inputOfAHypercallHasItsHeaderAndItsList() {
        StructureType type = new HypercallInput(HypercallCode.GET_VP_REGISTERS, 2);
        assertEquals("get-vp-registers-input", type.name());
        memory.writeU64(AT, -1);
        memory.writeU32(AT + 8, 3);
        memory.writeU32(AT + 16, 0x20000);
        memory.writeU32(AT + 20, 0x20010);
        ViewNode view = type.view(memory, AT);
        assertEquals("3", text(view, "vpIndex"));
        assertEquals(0x20010, view.find("[1]").orElseThrow().number().orElseThrow());
        assertEquals(AT + 20, view.find("[1]").orElseThrow().gpa());
        assertEquals(24, type.sizeBytes(memory, AT));
    }
}
