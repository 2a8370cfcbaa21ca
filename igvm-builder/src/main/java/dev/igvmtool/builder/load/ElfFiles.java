package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.elf.ElfFile;
import dev.igvmtool.abi.elf.ElfHeader;
import dev.igvmtool.builder.manifest.GuestArch;

/** ELF files for one architecture. */
final class ElfFiles {
    private ElfFiles() {}

    /** Reads a file and checks its machine. */
    static ElfFile read(Bytes file, GuestArch arch) {
        ElfFile elf = ElfFile.read(file);
        int expected = arch == GuestArch.X64 ? ElfHeader.EM_X86_64 : ElfHeader.EM_AARCH64;
        if (elf.header().machine() != expected) {
            throw new FormatException("ELF file is for machine " + elf.header().machine() + ", expected " + expected
                    + " (" + (arch == GuestArch.X64 ? "x86-64" : "aarch64") + ")");
        }
        return elf;
    }
}
