package dev.igvmtool.format.show;

import dev.igvmtool.format.header.PageData;

/**
 * Pages that follow each other in the file and in memory and differ in content only.
 *
 * @param first the page with the lowest address
 * @param pageCount how many
 * @param dataCount how many of them have content in the file; the others are zeros
 */
record PageRun(PageData first, long pageCount, long dataCount) {
    static PageRun of(PageData page) {
        return new PageRun(page, 1, page.content().isEmpty() ? 0 : 1);
    }

    boolean continuesWith(PageData page) {
        return page.gpa() == first.gpa() + pageCount * PageData.PAGE_SIZE
                && page.compatibilityMask() == first.compatibilityMask()
                && page.flags().equals(first.flags())
                && page.dataType() == first.dataType()
                && !first.flags().is2mbPage();
    }

    PageRun with(PageData page) {
        return new PageRun(first, pageCount + 1, dataCount + (page.content().isEmpty() ? 0 : 1));
    }

    String line() {
        return String.format(
                "PAGE_DATA  mask 0x%x  gpa 0x%x-0x%x  pages %d  type %s  import %s  content %s",
                first.compatibilityMask(),
                first.gpa(),
                first.gpa() + pageCount * PageData.PAGE_SIZE,
                pageCount,
                first.dataType(),
                HeaderFields.flags(first),
                dataCount == 0 ? "none" : dataCount == pageCount ? "data" : dataCount + " with data");
    }
}
