package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.HostVisibilityHeader;
import dev.igvmtool.abi.hv.HvSelf;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import java.util.List;
import java.util.Optional;

/**
 * Memory of an isolated partition (event P38): what the launch and the boot shim have not accepted is accepted, for VTL0
 * and for the pool; where VTL0 can do nothing with its memory by itself, it is let; then the pool is shared with the
 * host.
 */
final class AcceptanceSteps {
    static final String FIRST = "begin-acceptance";

    private static final String SHARE = "begin-sharing";
    private static final int VISIBLE_TO_HOST = 3;
    private static final int MAX_SHARED = 500;

    private AcceptanceSteps() {}

    /** @param then the step that goes on afterwards */
    static void add(StepList steps, String then) {
        steps.step(FIRST, process -> RangeWalk.begin(process, unaccepted(process)))
                .event("P38", "accept-pages", AcceptanceSteps::acceptPages)
                .step("pages-accepted", AcceptanceSteps::pagesAccepted)
                .step("log-acceptance", AcceptanceSteps::logAcceptance)
                .step("begin-grants", AcceptanceSteps::beginGrants)
                .event("P38", "grant-pages", AcceptanceSteps::grantPages)
                .step("pages-granted", AcceptanceSteps::pagesGranted)
                .step("log-grants", AcceptanceSteps::logGrants)
                .step(
                        SHARE,
                        process -> RangeWalk.begin(
                                process, new Inputs(process).view().sharedPool()))
                .step("give-up-pages", AcceptanceSteps::giveUpPages)
                .step("pages-given-up", AcceptanceSteps::pagesGivenUp)
                .event("P38", "share-pages", AcceptanceSteps::sharePages)
                .step("pages-shared", AcceptanceSteps::pagesShared)
                .step("log-sharing", AcceptanceSteps::logSharing)
                .step("memory-is-ready", process -> process.cpu().jumpTo(then));
    }

    private static PageAcceptance way(ParavisorProcess process) {
        return PageAcceptance.of(new Inputs(process).rules().isolation());
    }

    private static List<GpaRange> unaccepted(ParavisorProcess process) {
        Inputs inputs = new Inputs(process);
        List<GpaRange> accepted = inputs.tree().accepted();
        return inputs.view().vtl0RamAndPool().stream()
                .flatMap(ram -> ram.without(accepted).stream())
                .toList();
    }

    private static void acceptPages(ParavisorProcess process) {
        Optional<GpaRange> piece = way(process).next(new RangeWalk(process));
        if (piece.isEmpty()) {
            process.cpu().jumpTo("log-acceptance");
        } else {
            way(process).accept(process, piece.get());
        }
    }

    private static void pagesAccepted(ParavisorProcess process) {
        String what = "accept memory of VTL0";
        RangeWalk walk = new RangeWalk(process);
        long pages = way(process).accepted(process, walk, what);
        if (pages > 0) {
            walk.done(pages, what);
        }
        process.cpu().jumpTo("accept-pages");
    }

    private static void logAcceptance(ParavisorProcess process) {
        process.log("accepted " + new RangeWalk(process).bytes() / 1024 + " KiB of memory");
    }

    private static void beginGrants(ParavisorProcess process) {
        Inputs inputs = new Inputs(process);
        if (inputs.rules().isHardware()) {
            RangeWalk.begin(
                    process,
                    inputs.view().vtl0Ram().stream().map(ram -> ram.range()).toList());
        } else {
            process.cpu().jumpTo(SHARE);
        }
    }

    private static void grantPages(ParavisorProcess process) {
        Optional<GpaRange> piece = way(process).next(new RangeWalk(process));
        if (piece.isEmpty()) {
            process.cpu().jumpTo("log-grants");
        } else {
            way(process).grant(process, piece.get());
        }
    }

    private static void pagesGranted(ParavisorProcess process) {
        String what = "give VTL0 access to its memory";
        RangeWalk walk = new RangeWalk(process);
        long pages = way(process).granted(process, walk, what);
        if (pages > 0) {
            walk.done(pages, what);
        }
        process.cpu().jumpTo("grant-pages");
    }

    private static void logGrants(ParavisorProcess process) {
        process.log("VTL0 has access to " + new RangeWalk(process).bytes() / 1024 + " KiB of memory");
    }

    /** What an SNP guest has validated must be rescinded before it changes hands. */
    private static void giveUpPages(ParavisorProcess process) {
        Optional<GpaRange> piece = new RangeWalk(process).next(MAX_SHARED);
        if (piece.isEmpty()) {
            process.cpu().jumpTo("log-sharing");
        } else if (!way(process).giveUp(process, piece.get())) {
            process.cpu().jumpTo("share-pages");
        }
    }

    private static void pagesGivenUp(ParavisorProcess process) {
        process.result("give up memory of the pool");
    }

    private static void sharePages(ParavisorProcess process) {
        GpaRange piece = new RangeWalk(process).next(MAX_SHARED).orElseThrow();
        ByteWriter input = new ByteWriter();
        HostVisibilityHeader.CODEC.write(input, new HostVisibilityHeader(HvSelf.PARTITION, VISIBLE_TO_HOST, 0));
        HypercallControl control = HypercallControl.rep(
                HypercallCode.MODIFY_SPARSE_GPA_PAGE_HOST_VISIBILITY, PageList.write(input, piece));
        process.cpu().memory().writeBytes(process.at(DataLayout.INPUT), input.toBytes());
        process.hypercall(control, input.size(), 0);
    }

    private static void pagesShared(ParavisorProcess process) {
        String what = "share memory of the pool with the host";
        new RangeWalk(process).done(process.hypercallSuccess(what).repsDone(), what);
        process.cpu().jumpTo("give-up-pages");
    }

    private static void logSharing(ParavisorProcess process) {
        process.log("the host sees the pool of " + new RangeWalk(process).bytes() / 1024 + " KiB");
    }
}
