package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.CcBlob;
import dev.igvmtool.abi.linux.E820Entry;
import dev.igvmtool.abi.linux.SetupData;
import java.util.ArrayList;
import java.util.List;

/** What the boot shim hands to Linux. Specification: Linux {@code Documentation/arch/x86/zero-page.rst}. */
final class LinuxTypes {
    private static final int MAX_CHAIN = 64;
    private static final int MAX_TEXT = 1 << 16;

    /** More than any kernel takes. */
    private static final int MAX_E820 = 4096;

    static final StructureType BOOT_PARAMS =
            LayoutType.of("boot-params", "boot_params, the zero page", BootParams.CODEC, new BootParamsMeaning());
    static final StructureType CC_BLOB = LayoutType.of("cc-blob", "cc_blob_sev_info", CcBlob.CODEC);
    static final StructureType E820 = new ListType(
            "e820", "E820 memory map, by way of its zero page", BootParams.SIZE, (memory, gpa) -> e820(memory, gpa));
    static final StructureType SETUP_DATA = new ListType(
            "setup-data",
            "chain of setup_data, from one element on",
            SetupData.CODEC.size(),
            (memory, gpa) -> chain(memory, gpa));
    static final StructureType TEXT =
            new ListType("text", "text up to its NUL", LinuxTypes::textSize, (memory, gpa) -> text(memory, gpa));

    private LinuxTypes() {}

    /** The kind of a memory map entry. */
    static String e820Kind(int type) {
        return switch (type) {
            case E820Entry.RAM -> "RAM";
            case E820Entry.RESERVED -> "reserved";
            case E820Entry.ACPI -> "ACPI tables";
            case E820Entry.NVS -> "ACPI NVS";
            default -> "type " + Integer.toUnsignedString(type);
        };
    }

    private static final class BootParamsMeaning implements LayoutType.Meaning {
        @Override
        public boolean uses(Memory memory, long gpa, String field) {
            if (!field.startsWith("e820_table[") || field.contains(".")) {
                return true;
            }
            int index = Integer.parseInt(field.substring(field.indexOf('[') + 1, field.indexOf(']')));
            return index < memory.readU8(gpa + BootParams.E820_ENTRIES);
        }

        @Override
        public String of(Memory memory, long gpa, String field, long value) {
            if (field.endsWith(".type")) {
                return e820Kind((int) value);
            }
            return field.equals("header") && value == BootParams.HEADER_MAGIC ? "\"HdrS\"" : "";
        }
    }

    private static ViewNode e820(Memory memory, long gpa) {
        List<ViewNode> entries = new ArrayList<>();
        int size = E820Entry.CODEC.size();
        int count = Math.min(memory.readU8(gpa + BootParams.E820_ENTRIES), BootParams.MAX_E820_ENTRIES);
        for (int i = 0; i < count; i++) {
            entries.add(entry(memory, gpa + BootParams.E820_TABLE + (long) i * size, entries.size()));
        }
        long next = memory.readU64(gpa + BootParams.SETUP_DATA);
        for (int i = 0; next != 0 && i < MAX_CHAIN; i++) {
            SetupData element = memory.read(SetupData.CODEC, next);
            if (element.type() == SetupData.E820_EXT) {
                long first = next + SetupData.CODEC.size();
                for (long at = first; at + size <= first + element.len() && entries.size() < MAX_E820; at += size) {
                    entries.add(entry(memory, at, entries.size()));
                }
            }
            next = element.next();
        }
        return ViewNode.structure("e820", entries.size() + " entries", gpa, BootParams.SIZE, entries);
    }

    private static ViewNode entry(Memory memory, long gpa, int index) {
        E820Entry entry = memory.read(E820Entry.CODEC, gpa);
        String text = String.format("0x%x-0x%x %s", entry.addr(), entry.end(), e820Kind(entry.type()));
        return ViewNode.text("[" + index + "]", text, gpa, E820Entry.CODEC.size());
    }

    private static ViewNode chain(Memory memory, long gpa) {
        List<ViewNode> elements = new ArrayList<>();
        long next = gpa;
        for (int i = 0; next != 0 && i < MAX_CHAIN; i++) {
            SetupData element = memory.read(SetupData.CODEC, next);
            String text = String.format(
                    "%s, 0x%x bytes of content at 0x%x, next 0x%x",
                    setupKind(element.type()), element.len(), next + SetupData.CODEC.size(), element.next());
            elements.add(ViewNode.text("[" + i + "]", text, next, SetupData.CODEC.size()));
            next = element.next();
        }
        if (next != 0) {
            throw new FormatException(
                    String.format("setup data chain at 0x%x has no end within %d elements", gpa, MAX_CHAIN));
        }
        return ViewNode.structure("setup-data", elements.size() + " elements", gpa, SetupData.CODEC.size(), elements);
    }

    private static String setupKind(int type) {
        return switch (type) {
            case SetupData.E820_EXT -> "E820_EXT";
            case SetupData.DTB -> "DTB";
            case SetupData.CC_BLOB -> "CC_BLOB";
            default -> "type " + Integer.toUnsignedString(type);
        };
    }

    private static long textSize(Memory memory, long gpa) {
        for (int i = 0; i < MAX_TEXT; i++) {
            if (memory.readU8(gpa + i) == 0) {
                return i + 1L;
            }
        }
        return MAX_TEXT;
    }

    private static ViewNode text(Memory memory, long gpa) {
        long size = textSize(memory, gpa);
        Bytes content = memory.readBytes(gpa, (int) size);
        return ViewNode.text("text", Text.quoted(Text.untilNul(content)), gpa, size);
    }
}
