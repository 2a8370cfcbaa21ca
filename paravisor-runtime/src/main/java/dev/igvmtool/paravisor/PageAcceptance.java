package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.AcceptGpaPagesHeader;
import dev.igvmtool.abi.hv.HvSelf;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.mshv.MshvIoctl;
import dev.igvmtool.abi.mshv.PvalidateArgument;
import dev.igvmtool.abi.mshv.RmpadjustArgument;
import dev.igvmtool.abi.mshv.TdcallArgument;
import dev.igvmtool.abi.snp.RmpAdjust;
import dev.igvmtool.abi.tdx.GpaAttributes;
import dev.igvmtool.abi.tdx.TdCall;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import dev.igvmtool.paravisor.vtl0.SaveArea;
import dev.igvmtool.paravisor.vtl0.TdxRegisters;
import java.util.Optional;

/** How pages are accepted, and given to VTL0, on one platform. Each request ends a step; the next asks how it went. */
sealed interface PageAcceptance {
    /** The way of a platform. */
    static PageAcceptance of(TreeIsolation isolation) {
        return switch (isolation) {
            case NONE, VBS -> new ByHypervisor();
            case SNP -> new ByValidation();
            case TDX -> new ByModule();
        };
    }

    /** The pages of the next request. */
    Optional<GpaRange> next(RangeWalk walk);

    /** Accepts pages. */
    void accept(ParavisorProcess process, GpaRange pages);

    /** How many pages of the walk were accepted; 0 to try again. */
    long accepted(ParavisorProcess process, RangeWalk walk, String what);

    /** Lets VTL0 do everything with pages. */
    void grant(ParavisorProcess process, GpaRange pages);

    /** How many pages of the walk were granted; 0 to try again. */
    long granted(ParavisorProcess process, RangeWalk walk, String what);

    /** Gives up private pages that will be shared; false if that is part of sharing. */
    boolean giveUp(ParavisorProcess process, GpaRange pages);

    /** VBS: the hypervisor is trusted. Its protections are for VTL2's memory only. */
    record ByHypervisor() implements PageAcceptance {
        /** RAM, private, no VTL protections: they do not exist for VTL0's memory. */
        private static final int ACCEPT_RAM = 1;

        private static final int MAX_PAGES = 509;

        @Override
        public Optional<GpaRange> next(RangeWalk walk) {
            return walk.next(MAX_PAGES);
        }

        @Override
        public void accept(ParavisorProcess process, GpaRange pages) {
            AcceptGpaPagesHeader header =
                    new AcceptGpaPagesHeader(HvSelf.PARTITION, ACCEPT_RAM, 0, 0, pages.start() / DataLayout.PAGE);
            process.cpu().memory().write(AcceptGpaPagesHeader.CODEC, process.at(DataLayout.INPUT), header);
            int count = (int) (pages.size() / DataLayout.PAGE);
            process.hypercall(
                    HypercallControl.rep(HypercallCode.ACCEPT_GPA_PAGES, count), AcceptGpaPagesHeader.CODEC.size(), 0);
        }

        @Override
        public long accepted(ParavisorProcess process, RangeWalk walk, String what) {
            return process.hypercallSuccess(what).repsDone();
        }

        @Override
        public void grant(ParavisorProcess process, GpaRange pages) {
            throw new IllegalStateException("VTL0 needs no grant under VBS");
        }

        @Override
        public long granted(ParavisorProcess process, RangeWalk walk, String what) {
            throw new IllegalStateException("VTL0 needs no grant under VBS");
        }

        @Override
        public boolean giveUp(ParavisorProcess process, GpaRange pages) {
            return false;
        }
    }

    /** SNP: PVALIDATE and RMPADJUST, which the kernel repeats over many pages. */
    record ByValidation() implements PageAcceptance {
        private static final int MAX_PAGES = 1 << 18;

        @Override
        public Optional<GpaRange> next(RangeWalk walk) {
            return walk.next(MAX_PAGES);
        }

        private static void validate(ParavisorProcess process, GpaRange pages, boolean validate) {
            PvalidateArgument argument =
                    new PvalidateArgument(pages.start() / DataLayout.PAGE, pages.size() / DataLayout.PAGE, validate);
            process.ioctl(
                    process.get(Variable.VTL_FILE),
                    MshvIoctl.PVALIDATE,
                    process.argument(PvalidateArgument.CODEC, argument));
        }

        @Override
        public void accept(ParavisorProcess process, GpaRange pages) {
            validate(process, pages, true);
        }

        @Override
        public long accepted(ParavisorProcess process, RangeWalk walk, String what) {
            process.result(what);
            return next(walk).orElseThrow().size() / DataLayout.PAGE;
        }

        @Override
        public void grant(ParavisorProcess process, GpaRange pages) {
            RmpadjustArgument argument = new RmpadjustArgument(
                    pages.start() / DataLayout.PAGE, pages.size() / DataLayout.PAGE, SaveArea.VMPL | RmpAdjust.ALL);
            process.ioctl(
                    process.get(Variable.VTL_FILE),
                    MshvIoctl.RMPADJUST,
                    process.argument(RmpadjustArgument.CODEC, argument));
        }

        @Override
        public long granted(ParavisorProcess process, RangeWalk walk, String what) {
            return accepted(process, walk, what);
        }

        @Override
        public boolean giveUp(ParavisorProcess process, GpaRange pages) {
            validate(process, pages, false);
            return true;
        }
    }

    /** TDX: calls of the module, one for each page, large ones where they fit. */
    record ByModule() implements PageAcceptance {
        private static final long ALL =
                GpaAttributes.of(TdxRegisters.PARTITION, GpaAttributes.VALID | GpaAttributes.ALL);

        @Override
        public Optional<GpaRange> next(RangeWalk walk) {
            return walk.nextPage();
        }

        private static long page(GpaRange pages) {
            return pages.start() | (pages.size() == RangeWalk.LARGE_PAGE ? TdCall.LEVEL_2M : TdCall.LEVEL_4K);
        }

        /** The page was done; or it is small although it looked large, and its parts are tried. */
        private long done(ParavisorProcess process, RangeWalk walk, String what) {
            GpaRange pages = next(walk).orElseThrow();
            boolean large = pages.size() == RangeWalk.LARGE_PAGE;
            if (large && TdCall.kind(process.tdcallStatus(what)) == TdCall.PAGE_SIZE_MISMATCH) {
                process.set(Variable.SMALL_PAGES_END, pages.end());
                return 0;
            }
            process.tdcallSuccess(what);
            return pages.size() / DataLayout.PAGE;
        }

        @Override
        public void accept(ParavisorProcess process, GpaRange pages) {
            process.tdcall(new TdcallArgument(TdCall.MEM_PAGE_ACCEPT, page(pages), 0, 0, 0));
        }

        @Override
        public long accepted(ParavisorProcess process, RangeWalk walk, String what) {
            return done(process, walk, what);
        }

        @Override
        public void grant(ParavisorProcess process, GpaRange pages) {
            process.tdcall(new TdcallArgument(TdCall.MEM_PAGE_ATTR_WR, page(pages), ALL, 0, 0));
        }

        @Override
        public long granted(ParavisorProcess process, RangeWalk walk, String what) {
            return done(process, walk, what);
        }

        @Override
        public boolean giveUp(ParavisorProcess process, GpaRange pages) {
            return false;
        }
    }
}
