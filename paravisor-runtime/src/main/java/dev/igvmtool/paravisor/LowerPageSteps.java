package dev.igvmtool.paravisor;

import dev.igvmtool.abi.mshv.MshvIoctl;

/**
 * The pages of a VP that kernel and program share: the run page, and under isolation by hardware the page that the
 * processor needs to run VTL0.
 */
final class LowerPageSteps {
    private LowerPageSteps() {}

    /**
     * Adds the steps.
     *
     * @param first name of the first one
     * @param then the step that goes on afterwards
     */
    static void add(StepList steps, String first, String then) {
        steps.step(first, process -> map(process, MshvIoctl.RUN_PAGE_OFFSET))
                .step(first + "-lower", process -> runPageMapped(process, then))
                .step(first + "-done", process -> {
                    process.set(Variable.LOWER_PAGE, process.result("map the page of VTL0's processor"));
                    process.cpu().jumpTo(then);
                });
    }

    private static void map(ParavisorProcess process, long kind) {
        long page = kind + process.get(Variable.VP);
        process.map(DataLayout.PAGE, process.get(Variable.VTL_FILE), page * DataLayout.PAGE);
    }

    private static void runPageMapped(ParavisorProcess process, String then) {
        process.set(Variable.RUN_PAGE, process.result("map the run page"));
        switch (new Inputs(process).rules().isolation()) {
            case NONE, VBS -> process.cpu().jumpTo(then);
            case SNP -> map(process, MshvIoctl.SAVE_AREA_OFFSET);
            case TDX -> map(process, MshvIoctl.APIC_PAGE_OFFSET);
        }
    }
}
