package dev.igvmtool.format.header;

import dev.igvmtool.abi.binary.Bytes;

/**
 * {@code IGVM_VHS_PAGE_DATA}: a page of guest memory with its content.
 *
 * @param gpa page-aligned guest physical address
 * @param compatibilityMask platforms the page is for
 * @param flags how it is imported
 * @param dataType what it is to the platform
 * @param content at most 4096 bytes, zeros follow; empty: a page of zeros without data in the file, which is not the
 *     same file as a page with 4096 explicit zeros
 */
public record PageData(long gpa, int compatibilityMask, PageDataFlags flags, PageDataType dataType, Bytes content)
        implements Directive {
    /** Bytes of a page. */
    public static final int PAGE_SIZE = 4096;

    public PageData {
        if (content.size() > PAGE_SIZE) {
            throw new IllegalArgumentException(content.size() + " bytes of content for one page");
        }
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.pageData(this);
    }
}
