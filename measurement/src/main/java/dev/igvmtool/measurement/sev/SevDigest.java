package dev.igvmtool.measurement.sev;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.header.ErrorRange;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.PageDataType;
import dev.igvmtool.format.header.VpContext;
import dev.igvmtool.measurement.LaunchRules.SevContent;
import dev.igvmtool.measurement.PlatformDigest;
import dev.igvmtool.measurement.Sha;
import dev.igvmtool.measurement.Step;
import dev.igvmtool.measurement.Trace;
import java.security.MessageDigest;
import java.util.OptionalLong;

/**
 * The launch digest of SEV and SEV-ES: one SHA-256 over everything that is launched, without addresses. Page types and
 * parameter areas do not exist here.
 */
public final class SevDigest implements PlatformDigest {
    private final SevContent pages;
    private final Trace trace;
    private final MessageDigest hash = Sha.sha256();

    /** An empty digest. */
    public SevDigest(SevContent pages, Trace trace) {
        this.pages = pages;
        this.trace = trace;
    }

    /** Measures some bytes. */
    public void data(String what, OptionalLong gpa, Bytes content, String detail) {
        Sha.update(hash, content);
        if (trace.isOn()) {
            trace.add(new Step(what, gpa, true, detail, soFar()));
        }
    }

    /** The digest of everything given so far. */
    public Bytes soFar() {
        return Sha.soFar(hash);
    }

    @Override
    public void page(PageData data) {
        switch (pages) {
            case STORED_DATA -> page(data.gpa(), data.content());
            case MEASURED_PAGES -> {
                if (data.dataType() != PageDataType.NORMAL) {
                    throw new FormatException(String.format(
                            "page data of type %s at GPA 0x%x, expected NORMAL on SEV and SEV-ES",
                            data.dataType(), data.gpa()));
                }
                if (!data.flags().unmeasured()) {
                    page(data.gpa(), data.content().paddedTo(PageData.PAGE_SIZE));
                }
            }
        }
    }

    private void page(long gpa, Bytes content) {
        data("DATA", OptionalLong.of(gpa), content, content.isEmpty() ? "nothing stored" : "");
    }

    @Override
    public void parameterPage(long gpa, int parameterAreaIndex) {
        // Not part of the launch.
    }

    @Override
    public void vpContext(VpContext context) {
        data(
                "VMSA",
                OptionalLong.of(context.gpa()),
                context.content().paddedTo(PageData.PAGE_SIZE),
                "vp " + context.vpIndex());
    }

    @Override
    public void errorRange(ErrorRange range) {
        // Not part of the launch.
    }

    @Override
    public Bytes finish() {
        return soFar();
    }
}
