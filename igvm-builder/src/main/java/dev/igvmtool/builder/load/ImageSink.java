package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.format.header.ParameterKind;

/**
 * Where loaders put what they load: the seam between placing an image and carrying it. Pages are of 4 KiB. The order of
 * calls is kept where it shows.
 */
public interface ImageSink {
    /** Bytes of a page. */
    int PAGE = 4096;

    /**
     * Imports the pages that {@code [gpa, gpa + memoryBytes)} touches. Bytes before {@code gpa} in the first page and
     * after {@code data} in the last page of data are zero; pages past the data are empty, which is not the same as zero
     * bytes in the file. No memory, no pages.
     *
     * @param gpa first byte of the data, not necessarily page aligned
     * @param memoryBytes not below the size of {@code data}
     * @param tag says in messages and map files what the pages are
     * @throws dev.igvmtool.builder.manifest.ManifestException if the pages overlap what is there, or lie outside memory
     */
    void importRegion(long gpa, long memoryBytes, String tag, Acceptance acceptance, Bytes data);

    /** Imports {@code pageCount} whole pages, of which {@code data} fills the start. */
    default void importPages(long pageBase, long pageCount, String tag, Acceptance acceptance, Bytes data) {
        importRegion(pageBase * PAGE, pageCount * PAGE, tag, acceptance, data);
    }

    /** Gives the first processor a register value; each register once. */
    void importRegister(VbsRegister register);

    /**
     * Reserves pages that the host fills.
     *
     * @return the area, for {@link #importParameter}
     */
    int createParameterArea(long pageBase, long pageCount, String tag);

    /** Has the host write a parameter at the start of an area. */
    void importParameter(int area, ParameterKind kind);

    /** Asks for memory that the image does not fill. */
    void requireMemory(GpaRange range, boolean vtl2Protectable);

    /**
     * Allows the host to move a region.
     *
     * @param alignment of the new base
     * @param minimumGpa lowest new base
     * @param maximumGpa highest new end
     */
    void relocatableRegion(
            GpaRange region, long alignment, long minimumGpa, long maximumGpa, boolean applyPc, boolean applyGdtr);

    /**
     * Tells which page tables to rebuild if a region moves.
     *
     * @param usedBytes from the start that hold tables
     */
    void pageTableRelocation(GpaRange region, long usedBytes);

    /** Tells where the state of the first processor goes, on platforms that keep it in a page. */
    void setVpContextPage(long page);

    /** Announces where the list of imported regions and the hashes of shared pages go, once all is imported. */
    void announceImportedRegions(long listPage, long hashesPage, long hashesPageCount);

    /** Asks for RAM from address 0, and once all is imported fills every page of it that is empty. */
    void fillRam(long bytes);
}
