package dev.igvmtool.builder.load;

import java.util.Optional;

/**
 * The files that OpenHCL itself is made of.
 *
 * @param kernel VTL2 kernel: an ELF file on x64, a flat image on aarch64
 * @param shim boot shim, an ELF file
 * @param initrd of VTL2
 * @param sidecar an ELF file, only on x64
 */
record ParavisorPayload(Resource kernel, Resource shim, Resource initrd, Optional<Resource> sidecar) {}
