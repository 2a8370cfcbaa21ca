package dev.igvmtool.host.hostile;

import java.util.Locale;

/** Which page a lie is about. */
public sealed interface PagePlace {
    /** The page of an address. */
    record Gpa(long gpa) implements PagePlace {}

    /** A page that the image or its host has put somewhere. */
    enum Named implements PagePlace {
        /** First page that was imported as shared: kernel or initrd before the guest has taken them. */
        SHARED_IMPORT,
        /** First page of the host's device tree. */
        DEVICE_TREE,
        /** Page of the boot processor's first instruction. */
        ENTRY,
        /** First page of VTL2's memory that the image says nothing of; the guest accepts it. */
        FREE_MEMORY
    }

    /** A word for reports. */
    default String describe() {
        return this instanceof Gpa it
                ? String.format("the page of GPA 0x%x", it.gpa())
                : "the page named " + toString().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
