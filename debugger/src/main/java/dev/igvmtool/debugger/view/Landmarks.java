package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.debugger.AddressSpace;
import dev.igvmtool.debugger.History;
import dev.igvmtool.debugger.Journal;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.vp.Vp;
import java.util.List;
import java.util.OptionalLong;

/**
 * Addresses that are known only at one moment of a boot, in a register. They are looked for once, from the start of the
 * history on, ahead of the present moment if need be: the run is determined.
 *
 * @param sidecarParamsGpa RDI when the sidecar is called
 * @param sidecarOutputGpa RSI when the sidecar is called
 * @param bootParamsGpa RSI when the kernel is entered
 * @param kernelEntryGva RIP when the kernel is entered
 * @param kernelEntryTurn moment before the first step of the kernel
 */
record Landmarks(
        OptionalLong sidecarParamsGpa,
        OptionalLong sidecarOutputGpa,
        OptionalLong bootParamsGpa,
        OptionalLong kernelEntryGva,
        OptionalLong kernelEntryTurn) {
    private static final String JUMP_TO_KERNEL = "S46";
    private static final String CALL_SIDECAR = "call-sidecar";
    private static final long MOST_TURNS = 1_000_000;

    /** One search. */
    private static final class Search {
        private final History history;
        private OptionalLong sidecarParams = OptionalLong.empty();
        private OptionalLong sidecarOutput = OptionalLong.empty();
        private OptionalLong bootParams = OptionalLong.empty();
        private OptionalLong kernelEntry = OptionalLong.empty();
        private OptionalLong kernelEntryTurn = OptionalLong.empty();

        Search(History history) {
            this.history = history;
        }

        void event(MachineEvent event) {
            if (event instanceof MachineEvent.StepRetired step) {
                Vp vp = history.machine().vp(step.vp());
                if (step.step().equals(CALL_SIDECAR)) {
                    sidecarParams = gpa(vp, Gpr.RDI);
                    sidecarOutput = gpa(vp, Gpr.RSI);
                } else if (step.timelineId().isPresent()
                        && step.timelineId().get().equals(JUMP_TO_KERNEL)) {
                    bootParams = gpa(vp, Gpr.RSI);
                    kernelEntry = OptionalLong.of(vp.state().active().rip);
                    kernelEntryTurn = OptionalLong.of(history.now());
                }
            }
        }

        private static OptionalLong gpa(Vp vp, Gpr register) {
            return AddressSpace.of(vp).translate(vp.state().gpr(vp.vtl(), register));
        }
    }

    /** Looks for all of them; the present moment stays. */
    static Landmarks find(History history) {
        return history.look(() -> search(history));
    }

    private static Landmarks search(History history) {
        Search search = new Search(history);
        history.goTo(history.start());
        history.machine().observe(search::event);
        long limit = history.start() + MOST_TURNS;
        while (search.bootParams.isEmpty() && history.now() < limit && history.forward()) {
            // The search sees what happens.
        }
        return new Landmarks(
                search.sidecarParams,
                search.sidecarOutput,
                search.bootParams,
                search.kernelEntry,
                search.kernelEntryTurn);
    }

    /** Landmarks of a run with certain inputs. */
    record Known(List<Journal.Entry> inputs, Landmarks landmarks) {}
}
