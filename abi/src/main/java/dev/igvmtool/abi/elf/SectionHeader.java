package dev.igvmtool.abi.elf;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/** {@code Elf64_Shdr}, 64 bytes, with the names of the specification without {@code sh_}. */
public record SectionHeader(
        @U32 long name,
        @U32 int type,
        @U64 long flags,
        @U64 long addr,
        @U64 long offset,
        @U64 long size,
        @U32 int link,
        @U32 int info,
        @U64 long addralign,
        @U64 long entsize) {
    public static final Codec<SectionHeader> CODEC = Codec.of(SectionHeader.class, lookup());

    /** {@code type}: symbol table. */
    public static final int SHT_SYMTAB = 2;

    /** {@code type}: string table. */
    public static final int SHT_STRTAB = 3;
}
