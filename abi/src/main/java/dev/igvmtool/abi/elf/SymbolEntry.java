package dev.igvmtool.abi.elf;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U16;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;

/** {@code Elf64_Sym}, 24 bytes, with the names of the specification without {@code st_}. */
public record SymbolEntry(
        @U32 long name,
        @U8 int info,
        @U8 int other,
        @U16 int shndx,
        @U64 long value,
        @U64 long size) {
    public static final Codec<SymbolEntry> CODEC = Codec.of(SymbolEntry.class, lookup());
}
