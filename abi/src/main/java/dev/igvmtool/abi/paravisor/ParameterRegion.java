package dev.igvmtool.abi.paravisor;

/**
 * Layout of the parameter region of an OpenHCL image, in pages from its start: first what the host fills, then what
 * the image holds.
 */
public final class ParameterRegion {
    /** SLIT, written by the host. */
    public static final int SLIT_PAGE = 0;

    /** Pages of the SLIT. */
    public static final int SLIT_PAGE_COUNT = 20;

    /** PPTT, written by the host. */
    public static final int PPTT_PAGE = 20;

    /** Pages of the PPTT. */
    public static final int PPTT_PAGE_COUNT = 20;

    /** Device tree, written by the host. */
    public static final int DEVICE_TREE_PAGE = 40;

    /** Pages of the device tree. */
    public static final int DEVICE_TREE_PAGE_COUNT = 64;

    /** Pages that the host fills: everything before this page. */
    public static final int UNMEASURED_PAGE_COUNT = 104;

    /** {@link ImportedRegions}. */
    public static final int IMPORTED_REGIONS_PAGE = 104;

    /** {@link MeasuredVtl2Config} with the product policy. */
    public static final int MEASURED_CONFIG_PAGE = 105;

    /** {@link ExpectedPageHashes}. */
    public static final int PAGE_HASHES_PAGE = 106;

    /** Pages of the hashes. */
    public static final int PAGE_HASHES_PAGE_COUNT = 256;

    /** Pages of the whole region. */
    public static final int PAGE_COUNT = 362;

    private ParameterRegion() {}
}
