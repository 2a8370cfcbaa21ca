package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.Memory;

/**
 * Makes a shim that is linked for address 0 one for where it stands: applies the relative relocations that its dynamic
 * section names. Follows openvmm, minimal_rt/src/reloc.rs.
 *
 * @param memory in which the shim stands
 * @param base its lowest address
 * @param relative type of a relative relocation, for no symbol, the only one that is taken
 */
record Relocator(Memory memory, long base, long relative) {
    /** R_X86_64_RELATIVE. */
    static final long X64_RELATIVE = 8;

    /** R_AARCH64_RELATIVE. */
    static final long AARCH64_RELATIVE = 0x403;

    /** No error: everything is applied. */
    static final int DONE = 0;

    static final int BAD_RELA_TYPE = 1;
    static final int BAD_RELA_SIZE = 2;
    static final int BAD_REL_TYPE = 3;
    static final int BAD_REL_SIZE = 4;

    private static final int DYNAMIC_BYTES = 16;
    private static final long DT_NULL = 0;
    private static final long DT_RELA = 7;
    private static final long DT_RELAENT = 9;
    private static final long DT_REL = 17;
    private static final long DT_RELENT = 19;
    private static final long DT_RELACOUNT = 0x6fff_fff9L;
    private static final long DT_RELCOUNT = 0x6fff_fffaL;

    private static final int RELA_BYTES = 24;
    private static final int REL_BYTES = 16;
    private static final int INFO = 8;
    private static final int ADDEND = 16;

    /**
     * Applies all relocations, up to the first that is not as it must be.
     *
     * @param dynamic address of the dynamic section; if it is the base there is none
     * @return {@link #DONE} or what is wrong, as the trap tells it
     */
    int run(long dynamic) {
        if (dynamic == base) {
            return DONE;
        }
        Table rela = new Table(0, 0, 0);
        Table rel = new Table(0, 0, 0);
        for (long at = dynamic; memory.readU64(at) != DT_NULL; at += DYNAMIC_BYTES) {
            rela = rela.with(memory.readU64(at), memory.readU64(at + Long.BYTES), DT_RELA, DT_RELAENT, DT_RELACOUNT);
            rel = rel.with(memory.readU64(at), memory.readU64(at + Long.BYTES), DT_REL, DT_RELENT, DT_RELCOUNT);
        }
        int result = withAddends(rela);
        return result == DONE ? withoutAddends(rel) : result;
    }

    /**
     * One table of relocations.
     *
     * @param offset from the base; 0 if there is no table
     */
    private record Table(long offset, long entryBytes, long count) {
        Table with(long tag, long value, long table, long entrySize, long entries) {
            return new Table(
                    tag == table ? value : offset,
                    tag == entrySize ? value : entryBytes,
                    tag == entries ? value : count);
        }
    }

    private int withAddends(Table table) {
        if (table.offset == 0) {
            return DONE;
        }
        if (table.entryBytes != RELA_BYTES) {
            return BAD_RELA_SIZE;
        }
        for (long i = 0; i < table.count; i++) {
            long entry = base + table.offset + i * RELA_BYTES;
            if (memory.readU64(entry + INFO) != relative) {
                return BAD_RELA_TYPE;
            }
            memory.writeU64(base + memory.readU64(entry), memory.readU64(entry + ADDEND) + base);
        }
        return DONE;
    }

    private int withoutAddends(Table table) {
        if (table.offset == 0) {
            return DONE;
        }
        if (table.entryBytes != REL_BYTES) {
            return BAD_REL_SIZE;
        }
        for (long i = 0; i < table.count; i++) {
            long entry = base + table.offset + i * REL_BYTES;
            if (memory.readU64(entry + INFO) != relative) {
                return BAD_REL_TYPE;
            }
            long word = base + memory.readU64(entry);
            memory.writeU64(word, memory.readU64(word) + base);
        }
        return DONE;
    }
}
