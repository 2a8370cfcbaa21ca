package dev.igvmtool.measurement;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.format.header.ErrorRange;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.VpContext;

/** A platform's running launch digest, fed in launch order. */
public interface PlatformDigest {
    /** A page that the platform owns; shared pages are not given. */
    void page(PageData page);

    /** A page whose content is not measured: part of a parameter area. */
    void unmeasuredPage(long gpa);

    /** Initial state of a processor. */
    void vpContext(VpContext context);

    /** Pages in which the guest reports errors. */
    void errorRange(ErrorRange range);

    /** The digest of everything given. */
    Bytes finish();
}
