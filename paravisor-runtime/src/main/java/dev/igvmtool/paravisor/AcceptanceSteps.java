package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.AcceptGpaPagesHeader;
import dev.igvmtool.abi.hv.HostVisibilityHeader;
import dev.igvmtool.abi.hv.HvSelf;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import java.util.List;
import java.util.Optional;

/**
 * Memory of an isolated partition (event P38): what the launch and the boot shim have not accepted is accepted, for VTL0
 * and for the pool; then the pool is shared with the host.
 */
final class AcceptanceSteps {
    static final String FIRST = "begin-acceptance";

    /** RAM, private, no VTL protections: they do not exist for VTL0's memory. */
    private static final int ACCEPT_RAM = 1;

    private static final int MAX_ACCEPTED = 509;
    private static final int VISIBLE_TO_HOST = 3;
    private static final int MAX_SHARED = 500;

    private AcceptanceSteps() {}

    /** @param then the step that goes on afterwards */
    static void add(StepList steps, String then) {
        steps.step(FIRST, process -> RangeWalk.begin(process, unaccepted(process)))
                .event("P38", "accept-pages", AcceptanceSteps::acceptPages)
                .step("pages-accepted", AcceptanceSteps::pagesAccepted)
                .step("log-acceptance", AcceptanceSteps::logAcceptance)
                .step(
                        "begin-sharing",
                        process -> RangeWalk.begin(
                                process, new Inputs(process).view().sharedPool()))
                .event("P38", "share-pages", AcceptanceSteps::sharePages)
                .step("pages-shared", AcceptanceSteps::pagesShared)
                .step("log-sharing", AcceptanceSteps::logSharing)
                .step("memory-is-ready", process -> process.cpu().jumpTo(then));
    }

    private static List<GpaRange> unaccepted(ParavisorProcess process) {
        Inputs inputs = new Inputs(process);
        List<GpaRange> accepted = inputs.tree().accepted();
        return inputs.view().vtl0RamAndPool().stream()
                .flatMap(ram -> ram.without(accepted).stream())
                .toList();
    }

    private static void acceptPages(ParavisorProcess process) {
        Optional<GpaRange> piece = new RangeWalk(process).next(MAX_ACCEPTED);
        if (piece.isEmpty()) {
            process.cpu().jumpTo("log-acceptance");
            return;
        }
        long first = piece.get().start() / DataLayout.PAGE;
        AcceptGpaPagesHeader header = new AcceptGpaPagesHeader(HvSelf.PARTITION, ACCEPT_RAM, 0, 0, first);
        process.cpu().memory().write(AcceptGpaPagesHeader.CODEC, process.at(DataLayout.INPUT), header);
        int count = (int) (piece.get().size() / DataLayout.PAGE);
        process.hypercall(
                HypercallControl.rep(HypercallCode.ACCEPT_GPA_PAGES, count), AcceptGpaPagesHeader.CODEC.size(), 0);
    }

    private static void pagesAccepted(ParavisorProcess process) {
        String what = "accept memory of VTL0";
        new RangeWalk(process).done(process.hypercallSuccess(what).repsDone(), what);
        process.cpu().jumpTo("accept-pages");
    }

    private static void logAcceptance(ParavisorProcess process) {
        process.log("accepted " + new RangeWalk(process).bytes() / 1024 + " KiB of memory");
    }

    private static void sharePages(ParavisorProcess process) {
        Optional<GpaRange> piece = new RangeWalk(process).next(MAX_SHARED);
        if (piece.isEmpty()) {
            process.cpu().jumpTo("log-sharing");
            return;
        }
        ByteWriter input = new ByteWriter();
        HostVisibilityHeader.CODEC.write(input, new HostVisibilityHeader(HvSelf.PARTITION, VISIBLE_TO_HOST, 0));
        HypercallControl control = HypercallControl.rep(
                HypercallCode.MODIFY_SPARSE_GPA_PAGE_HOST_VISIBILITY, PageList.write(input, piece.get()));
        process.cpu().memory().writeBytes(process.at(DataLayout.INPUT), input.toBytes());
        process.hypercall(control, input.size(), 0);
    }

    private static void pagesShared(ParavisorProcess process) {
        String what = "share memory of the pool with the host";
        new RangeWalk(process).done(process.hypercallSuccess(what).repsDone(), what);
        process.cpu().jumpTo("share-pages");
    }

    private static void logSharing(ParavisorProcess process) {
        process.log("the host sees the pool of " + new RangeWalk(process).bytes() / 1024 + " KiB");
    }
}
