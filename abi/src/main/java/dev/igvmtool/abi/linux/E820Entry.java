package dev.igvmtool.abi.linux;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code boot_e820_entry}, 20 bytes: one range of the memory map in the zero page.
 *
 * @param addr first byte, guest physical
 * @param size in bytes
 * @param type {@link #RAM}, {@link #RESERVED} or another E820 type
 */
public record E820Entry(@U64 long addr, @U64 long size, @U32 int type) {
    public static final Codec<E820Entry> CODEC = Codec.of(E820Entry.class, lookup());

    /** Usable memory. */
    public static final int RAM = 1;
    /** Memory that the kernel leaves alone. */
    public static final int RESERVED = 2;
    /** ACPI tables, usable once read. */
    public static final int ACPI = 3;
    /** ACPI non-volatile storage. */
    public static final int NVS = 4;

    /** First byte after the range; wraps to 0 if the range ends at 2^64. */
    public long end() {
        return addr + size;
    }
}
