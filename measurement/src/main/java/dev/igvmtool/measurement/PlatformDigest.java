package dev.igvmtool.measurement;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.format.header.ErrorRange;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.VpContext;

/** A platform's running launch digest, fed in launch order. */
public interface PlatformDigest {
    /** A page that is launched as the guest's own; its shared flag does not matter any more. */
    void page(PageData page);

    /** A page of a parameter area, whose content is not measured. */
    void parameterPage(long gpa, int parameterAreaIndex);

    /** Initial state of a processor. */
    void vpContext(VpContext context);

    /** Pages in which the guest reports errors. */
    void errorRange(ErrorRange range);

    /** The digest of everything given. */
    Bytes finish();
}
