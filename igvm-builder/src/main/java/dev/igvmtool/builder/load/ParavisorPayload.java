package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.elf.ElfFile;
import java.util.Optional;

/**
 * The files that OpenHCL itself is made of.
 *
 * @param kernel VTL2 kernel: an ELF file on x64, a flat image on aarch64
 * @param sidecar only on x64
 */
public record ParavisorPayload(Bytes kernel, ElfFile shim, Bytes initrd, Optional<ElfFile> sidecar) {}
