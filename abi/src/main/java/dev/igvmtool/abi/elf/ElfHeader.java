package dev.igvmtool.abi.elf;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U16;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/** {@code Elf64_Ehdr}, 64 bytes, with the names of the specification without {@code e_}. */
public record ElfHeader(
        @Fixed(16) Bytes ident,
        @U16 int type,
        @U16 int machine,
        @U32 int version,
        @U64 long entry,
        @U64 long phoff,
        @U64 long shoff,
        @U32 int flags,
        @U16 int ehsize,
        @U16 int phentsize,
        @U16 int phnum,
        @U16 int shentsize,
        @U16 int shnum,
        @U16 int shstrndx) {
    public static final Codec<ElfHeader> CODEC = Codec.of(ElfHeader.class, lookup());

    /** {@code type}: linked at fixed addresses. */
    public static final int ET_EXEC = 2;

    /** {@code type}: position independent. */
    public static final int ET_DYN = 3;

    /** {@code machine}: x86-64. */
    public static final int EM_X86_64 = 62;

    /** {@code machine}: AArch64. */
    public static final int EM_AARCH64 = 183;

    /** {@code ident} of every file that is read and written here: ELF, 64 bits, little endian, version 1. */
    public static final Bytes IDENT = Bytes.fromHex("7f454c46020101").paddedTo(16);
}
