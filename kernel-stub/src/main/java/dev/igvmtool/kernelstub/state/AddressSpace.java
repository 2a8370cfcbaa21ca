package dev.igvmtool.kernelstub.state;

/**
 * What the kernel knows of a user address space besides its page tables.
 *
 * @param breakStart first address of the heap
 * @param breakEnd first address past the heap
 * @param nextMapping where {@code mmap} puts the next mapping
 */
public record AddressSpace(long breakStart, long breakEnd, long nextMapping) {}
