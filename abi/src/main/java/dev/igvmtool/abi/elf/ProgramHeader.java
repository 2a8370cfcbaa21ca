package dev.igvmtool.abi.elf;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code Elf64_Phdr}, 56 bytes, with the names of the specification without {@code p_}.
 *
 * @param type {@link #PT_LOAD} and others
 * @param flags {@link #PF_X}, {@link #PF_W}, {@link #PF_R}
 * @param offset of the content in the file
 * @param vaddr virtual address of the first byte
 * @param paddr physical address of the first byte
 * @param filesz bytes of content
 * @param memsz bytes in memory; those past {@code filesz} are zero
 * @param align of the addresses, a power of two or 0
 */
public record ProgramHeader(
        @U32 int type,
        @U32 int flags,
        @U64 long offset,
        @U64 long vaddr,
        @U64 long paddr,
        @U64 long filesz,
        @U64 long memsz,
        @U64 long align) {
    public static final Codec<ProgramHeader> CODEC = Codec.of(ProgramHeader.class, lookup());

    /** {@code type}: to be loaded. */
    public static final int PT_LOAD = 1;

    /** {@code type}: tables of the dynamic linker. */
    public static final int PT_DYNAMIC = 2;

    /** {@code type}: path of the dynamic linker. */
    public static final int PT_INTERP = 3;

    /** {@code flags}: executable. */
    public static final int PF_X = 1;

    /** {@code flags}: writable. */
    public static final int PF_W = 2;

    /** {@code flags}: readable. */
    public static final int PF_R = 4;

    /** True if the segment is to be loaded. */
    public boolean isLoad() {
        return type == PT_LOAD;
    }
}
