package dev.igvmtool.format.header;

/**
 * {@code IgvmPageDataFlags}: how a page is imported.
 *
 * @param bits all 32 bits; those without a name are kept as they are
 */
public record PageDataFlags(int bits) {
    /** Private and measured. */
    public static final PageDataFlags NONE = new PageDataFlags(0);

    /** Private, content not measured. */
    public static final PageDataFlags UNMEASURED = new PageDataFlags(2);

    /** Visible to the host, not measured. */
    public static final PageDataFlags SHARED = new PageDataFlags(4);

    /** True for a 2 MiB page. */
    public boolean is2mbPage() {
        return (bits & 1) != 0;
    }

    /** True if the content is not measured. */
    public boolean unmeasured() {
        return (bits & 2) != 0;
    }

    /** True if the page is visible to the host. */
    public boolean shared() {
        return (bits & 4) != 0;
    }
}
