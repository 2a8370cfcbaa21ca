package dev.igvmtool.measurement;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.ErrorRange;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.Parameter;
import dev.igvmtool.format.header.ParameterArea;
import dev.igvmtool.format.header.ParameterInsert;
import dev.igvmtool.format.header.RequiredMemory;
import dev.igvmtool.format.header.SnpIdBlock;
import dev.igvmtool.format.header.UnknownDirective;
import dev.igvmtool.format.header.VbsMeasurement;
import dev.igvmtool.format.header.VpContext;
import java.util.HashMap;
import java.util.Map;

/**
 * Which directives are measured, for any platform: pages that are not shared, every page of an inserted parameter area
 * (its initial data never), processor contexts and error ranges. Follows {@code igvm/src/measurement.rs}.
 */
final class DirectiveWalk implements Directive.Visitor<Boolean> {
    // Far more than any guest has memory for; a damaged size must not keep the tool busy for years.
    private static final long MAX_AREA_PAGES = 1 << 20;

    private final PlatformDigest digest;
    private final Map<Integer, Long> areaPages = new HashMap<>();

    DirectiveWalk(PlatformDigest digest) {
        this.digest = digest;
    }

    @Override
    public Boolean parameterArea(ParameterArea header) {
        areaPages.put(header.parameterAreaIndex(), Long.divideUnsigned(header.numberOfBytes(), PageData.PAGE_SIZE));
        return false;
    }

    @Override
    public Boolean pageData(PageData header) {
        if (header.flags().shared()) {
            return false;
        }
        digest.page(header);
        return true;
    }

    @Override
    public Boolean parameterInsert(ParameterInsert header) {
        Long pages = areaPages.get(header.parameterAreaIndex());
        if (pages == null) {
            throw new FormatException(String.format(
                    "parameter area %d is inserted at GPA 0x%x but not declared",
                    header.parameterAreaIndex(), header.gpa()));
        }
        if (Long.compareUnsigned(pages, MAX_AREA_PAGES) > 0) {
            throw new FormatException(String.format(
                    "parameter area %d has %s pages, expected at most %d",
                    header.parameterAreaIndex(), Long.toUnsignedString(pages), MAX_AREA_PAGES));
        }
        for (long page = 0; page < pages; page++) {
            digest.unmeasuredPage(header.gpa() + page * PageData.PAGE_SIZE);
        }
        return true;
    }

    @Override
    public Boolean vpContext(VpContext header) {
        digest.vpContext(header);
        return true;
    }

    @Override
    public Boolean errorRange(ErrorRange header) {
        digest.errorRange(header);
        return true;
    }

    @Override
    public Boolean requiredMemory(RequiredMemory header) {
        return false;
    }

    @Override
    public Boolean parameter(Parameter header) {
        return false;
    }

    @Override
    public Boolean snpIdBlock(SnpIdBlock header) {
        return false;
    }

    @Override
    public Boolean vbsMeasurement(VbsMeasurement header) {
        return false;
    }

    @Override
    public Boolean unknown(UnknownDirective header) {
        return false;
    }
}
