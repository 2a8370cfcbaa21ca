package dev.igvmtool.debugger.gdb;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.StructLayout;
import dev.igvmtool.debugger.view.Located;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Debugging information that gives gdb the structures as variables with their types: {@code print boot_params}. One
 * compilation unit, as a C compiler would write it. Specification: DWARF version 4.
 */
final class Dwarf {
    private static final int VERSION = 4;
    private static final int HEADER_BYTES = 11;
    private static final int C99 = 0x0c;

    private static final int COMPILE_UNIT = 1;
    private static final int BASE_TYPE = 2;
    private static final int STRUCTURE = 3;
    private static final int MEMBER = 4;
    private static final int ARRAY = 5;
    private static final int SUBRANGE = 6;
    private static final int VARIABLE = 7;

    private static final int ENCODING_UNSIGNED = 7;
    private static final int ENCODING_UNSIGNED_CHAR = 8;
    private static final int OP_ADDR = 3;

    /** A byte at which no code can stand: the address is not canonical. */
    private static final long NOWHERE = 0x7fff_0000_0000_0000L;

    /** The declarations of all kinds of entries: tag, whether it has children, attributes with their forms. */
    private static final Bytes ABBREVIATIONS = Bytes.fromHex(""
            + "01" + "11" + "01" + "2508" + "130b" + "0308" + "1101" + "120b"
            + "0000" // compile_unit: producer, language, name, low_pc, high_pc
            + "02" + "24" + "00" + "0308" + "0b0b" + "3e0b" + "0000" // base_type: name, byte_size, encoding
            + "03" + "13" + "01" + "0308" + "0b0f" + "0000" // structure_type: name, byte_size
            + "04" + "0d" + "00" + "0308" + "4913" + "380f" + "0000" // member: name, type, data_member_location
            + "05" + "01" + "01" + "4913" + "0000" // array_type: type
            + "06" + "21" + "00" + "4913" + "2f0f" + "0000" // subrange_type: type, upper_bound
            + "07" + "34" + "00" + "0308" + "4913" + "3f0c" + "0218"
            + "0000" // variable: name, type, external, location
            + "00");

    private final ByteWriter entries = new ByteWriter();
    private final Map<Integer, Integer> integers = new HashMap<>();
    private final Map<StructLayout, Integer> structures = new HashMap<>();
    private final Map<String, Integer> arrays = new HashMap<>();

    private Dwarf() {}

    /**
     * The two sections.
     *
     * @param abbreviations content of {@code .debug_abbrev}
     * @param info content of {@code .debug_info}
     */
    record Sections(Bytes abbreviations, Bytes info) {}

    /** Variables for structures. */
    static Sections of(List<Located> structures) {
        return new Dwarf().sections(structures);
    }

    private Sections sections(List<Located> located) {
        entries.u8(COMPILE_UNIT);
        text("igvmtool");
        entries.u8(C99);
        text("structures");
        // A unit without code of its own would be searched for the line of every address at which a variable stands.
        entries.u64(NOWHERE).u8(1);
        for (int size : new int[] {1, 2, 4, 8}) {
            integers.put(size, here());
            entries.u8(BASE_TYPE);
            text("u" + size * Byte.SIZE);
            entries.u8(size).u8(size == 1 ? ENCODING_UNSIGNED_CHAR : ENCODING_UNSIGNED);
        }
        for (Located it : located) {
            Optional<StructLayout> layout = it.type().layout();
            int type = layout.isPresent()
                    ? structure(layout.get())
                    : array(integer(1), (int) Math.min(it.range().size(), Integer.MAX_VALUE));
            variable(SymbolFile.identifier(it.name()), type, it.gpa());
        }
        // End of the children of the unit.
        entries.u8(0);
        ByteWriter info = new ByteWriter();
        info.u32(HEADER_BYTES - Integer.BYTES + entries.size())
                .u16(VERSION)
                .u32(0)
                .u8(Long.BYTES);
        return new Sections(ABBREVIATIONS, info.bytes(entries.toBytes()).toBytes());
    }

    /** Offset of the next entry in the unit. */
    private int here() {
        return HEADER_BYTES + entries.size();
    }

    private int integer(int sizeBytes) {
        return integers.getOrDefault(sizeBytes, integers.getOrDefault(1, 0));
    }

    private int structure(StructLayout layout) {
        Integer known = structures.get(layout);
        if (known != null) {
            return known;
        }
        // What is inside comes first: an entry refers to those before it.
        int[] types = new int[layout.fields().size()];
        for (int i = 0; i < types.length; i++) {
            types[i] = type(layout, i);
        }
        int start = here();
        entries.u8(STRUCTURE);
        text(SymbolFile.identifier(layout.name()));
        number(layout.sizeBytes());
        for (int i = 0; i < types.length; i++) {
            StructLayout.Field field = layout.fields().get(i);
            if (element(field.name()) > 0) {
                continue;
            }
            entries.u8(MEMBER);
            text(SymbolFile.identifier(field.name().replaceFirst("\\[0]$", "")));
            entries.u32(types[i]);
            number(field.offset());
        }
        entries.u8(0);
        structures.put(layout, start);
        return start;
    }

    private int type(StructLayout layout, int index) {
        StructLayout.Field field = layout.fields().get(index);
        int type;
        if (field.structure().isPresent()) {
            type = structure(field.structure().get());
        } else if (field.kind() == StructLayout.Kind.INTEGER) {
            type = integer(field.sizeBytes());
        } else {
            type = array(integer(1), field.sizeBytes());
        }
        int count = elements(layout, index);
        return count > 1 ? array(type, count) : type;
    }

    /** Number of the array element that a field's name says it is, -1 if it says none. */
    private static int element(String name) {
        int bracket = name.lastIndexOf('[');
        return name.endsWith("]") && bracket > 0
                ? Integer.parseInt(name.substring(bracket + 1, name.length() - 1))
                : -1;
    }

    /** How many elements the array has whose first one a field is. */
    private static int elements(StructLayout layout, int index) {
        String name = layout.fields().get(index).name();
        if (element(name) != 0) {
            return 1;
        }
        String base = name.substring(0, name.lastIndexOf('['));
        int count = 1;
        while (index + count < layout.fields().size()
                && layout.fields().get(index + count).name().equals(base + "[" + count + "]")) {
            count++;
        }
        return count;
    }

    private int array(int type, int count) {
        return arrays.computeIfAbsent(type + "/" + count, unused -> {
            int start = here();
            entries.u8(ARRAY).u32(type);
            entries.u8(SUBRANGE).u32(integer(Long.BYTES));
            number(Math.max(0, count - 1));
            entries.u8(0);
            return start;
        });
    }

    private void variable(String name, int type, long address) {
        entries.u8(VARIABLE);
        text(name);
        entries.u32(type).u8(1);
        entries.u8(1 + Long.BYTES).u8(OP_ADDR).u64(address);
    }

    private void text(String text) {
        entries.bytes(Bytes.utf8(text)).u8(0);
    }

    /** Unsigned LEB128. */
    private void number(long value) {
        long rest = value;
        do {
            int octet = (int) rest & 0x7f;
            rest >>>= 7;
            entries.u8(rest == 0 ? octet : octet | 0x80);
        } while (rest != 0);
    }
}
