package dev.igvmtool.measurement;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.ErrorRange;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.Parameter;
import dev.igvmtool.format.header.ParameterArea;
import dev.igvmtool.format.header.ParameterInsert;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.RequiredMemory;
import dev.igvmtool.format.header.SnpIdBlock;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.format.header.UnknownDirective;
import dev.igvmtool.format.header.VbsMeasurement;
import dev.igvmtool.format.header.VpContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns the directives of a file into launch updates of one platform, in launch order. Parameter areas are measured
 * without their initial data; required memory, parameters and headers about the measurement itself not at all.
 */
final class DirectiveWalk implements Directive.Visitor<Boolean> {
    // Far more than any guest has memory for; a damaged size must not keep the tool busy for years.
    private static final long MAX_AREA_PAGES = 1 << 20;
    private static final int TWO_MIB = 1 << 21;

    private final IgvmFile file;
    private final SupportedPlatform platform;
    private final LaunchRules rules;
    private final PlatformDigest digest;
    private final Map<Integer, Long> areaPages = new HashMap<>();
    private final List<PageData> heldBack = new ArrayList<>();
    private final List<VpContext> lastContexts = new ArrayList<>();

    /** Whether the directive before this one was the last page held back. */
    private boolean inRun;

    DirectiveWalk(IgvmFile file, SupportedPlatform platform, LaunchRules rules, PlatformDigest digest) {
        this.file = file;
        this.platform = platform;
        this.rules = rules;
        this.digest = digest;
    }

    /** The digest, once every directive was visited. */
    Bytes finish() {
        launchHeldBack();
        lastContexts.forEach(this::launchContext);
        return digest.finish();
    }

    @Override
    public Boolean parameterArea(ParameterArea header) {
        areaPages.put(header.parameterAreaIndex(), Long.divideUnsigned(header.numberOfBytes(), PageData.PAGE_SIZE));
        return notMeasured();
    }

    @Override
    public Boolean pageData(PageData header) {
        if (!isSelected(header) || header.flags().shared() && rules.shared() == LaunchRules.SharedPages.SKIPPED) {
            return notMeasured();
        }
        if (rules.pages() == LaunchRules.PageOrder.AS_IN_FILE) {
            launch(header);
            return true;
        }
        if (!heldBack.isEmpty() && !(inRun && continues(heldBack.get(heldBack.size() - 1), header))) {
            launchHeldBack();
        }
        heldBack.add(header);
        inRun = true;
        return true;
    }

    /** Whether QEMU would put both pages into one region: {@code qigvm_page_attrs_equal}. */
    private static boolean continues(PageData last, PageData next) {
        long size = last.flags().is2mbPage() ? TWO_MIB : PageData.PAGE_SIZE;
        return last.gpa() + size == next.gpa()
                && last.flags().equals(next.flags())
                && last.dataType() == next.dataType()
                && last.compatibilityMask() == next.compatibilityMask()
                && last.content().isEmpty() == next.content().isEmpty();
    }

    private void launch(PageData header) {
        if (!header.flags().is2mbPage() || rules.large() == LaunchRules.LargePages.ONE_PAGE) {
            digest.page(header);
            return;
        }
        if (rules.large() == LaunchRules.LargePages.SPLIT_IF_EMPTY
                && !header.content().isEmpty()) {
            throw new FormatException(String.format(
                    "0x%x bytes of data for the 2 MiB page at GPA 0x%x, expected none or 0x%x",
                    header.content().size(), header.gpa(), TWO_MIB));
        }
        Bytes content = header.content();
        for (int offset = 0; offset < TWO_MIB; offset += PageData.PAGE_SIZE) {
            digest.page(new PageData(
                    header.gpa() + offset, header.compatibilityMask(), header.flags(), header.dataType(), content));
            content = Bytes.EMPTY;
        }
    }

    private void launchHeldBack() {
        heldBack.forEach(this::launch);
        heldBack.clear();
    }

    @Override
    public Boolean parameterInsert(ParameterInsert header) {
        if (!isSelected(header)) {
            return notMeasured();
        }
        long pages = insertedPages(header);
        for (long page = 0; page < pages; page++) {
            digest.parameterPage(header.gpa() + page * PageData.PAGE_SIZE, header.parameterAreaIndex());
        }
        inRun = false;
        return true;
    }

    private long insertedPages(ParameterInsert header) {
        if (rules.parameters() == LaunchRules.ParameterPages.FIRST_ONLY) {
            return 1;
        }
        Long pages = areaPages.get(header.parameterAreaIndex());
        if (pages == null) {
            if (rules.parameters() == LaunchRules.ParameterPages.ALL_OF_KNOWN_AREAS) {
                return 0;
            }
            throw new FormatException(String.format(
                    "parameter area %d is inserted at GPA 0x%x but not declared",
                    header.parameterAreaIndex(), header.gpa()));
        }
        if (Long.compareUnsigned(pages, MAX_AREA_PAGES) > 0) {
            throw new FormatException(String.format(
                    "parameter area %d has %s pages, expected at most %d",
                    header.parameterAreaIndex(), Long.toUnsignedString(pages), MAX_AREA_PAGES));
        }
        return pages;
    }

    @Override
    public Boolean vpContext(VpContext header) {
        boolean selected =
                rules.contexts() == LaunchRules.Contexts.EVERY_VMSA ? isVmsa(file, header) : isSelected(header);
        if (!selected) {
            return notMeasured();
        }
        if (rules.vmsaOrder() == LaunchRules.VmsaOrder.LAST && isVmsa(file, header)) {
            lastContexts.add(header);
        } else {
            launchContext(header);
        }
        inRun = false;
        return true;
    }

    /** Whether a context is a VMSA: the platform decides. */
    static boolean isVmsa(IgvmFile file, VpContext header) {
        return file.supportedPlatforms().stream()
                .filter(it -> it.compatibilityMask() == header.compatibilityMask())
                .anyMatch(it -> it.platformType() == PlatformType.SEV_SNP || it.platformType() == PlatformType.SEV_ES);
    }

    private void launchContext(VpContext header) {
        boolean moved = rules.vmsaAddress() == LaunchRules.VmsaAddress.OF_KVM && isVmsa(file, header);
        digest.vpContext(
                moved
                        ? new VpContext(
                                KvmRules.VMSA_GPA, header.compatibilityMask(), header.vpIndex(), header.content())
                        : header);
    }

    @Override
    public Boolean errorRange(ErrorRange header) {
        if (!isSelected(header)) {
            return notMeasured();
        }
        digest.errorRange(header);
        inRun = false;
        return true;
    }

    @Override
    public Boolean requiredMemory(RequiredMemory header) {
        return notMeasured();
    }

    @Override
    public Boolean parameter(Parameter header) {
        return notMeasured();
    }

    @Override
    public Boolean snpIdBlock(SnpIdBlock header) {
        return notMeasured();
    }

    @Override
    public Boolean vbsMeasurement(VbsMeasurement header) {
        return notMeasured();
    }

    @Override
    public Boolean unknown(UnknownDirective header) {
        return notMeasured();
    }

    private boolean isSelected(Directive header) {
        return rules.directives().select(header.compatibilityMask(), platform.compatibilityMask());
    }

    private boolean notMeasured() {
        inRun = false;
        return false;
    }
}
