package dev.igvmtool.format.header;

/** What a loader writes into a parameter area: one header type each, all of the same layout. */
public enum ParameterKind {
    /** u32: number of processors. */
    VP_COUNT,
    /** The complete ACPI table. */
    SRAT,
    /** The complete ACPI table. */
    MADT,
    /** Two ranges of page number and page count, 32 bytes. */
    MMIO_RANGES,
    /** Entries of 24 bytes in ascending order, up to one without pages. */
    MEMORY_MAP,
    /** ASCII text that ends with a zero byte. */
    COMMAND_LINE,
    /** The complete ACPI table. */
    SLIT,
    /** The complete ACPI table. */
    PPTT,
    /** A flattened device tree. */
    DEVICE_TREE,
    /** u32 of bits; bit 0: memory starts out shared. */
    ENVIRONMENT_INFO
}
