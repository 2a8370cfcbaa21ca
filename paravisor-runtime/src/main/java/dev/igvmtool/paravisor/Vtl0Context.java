package dev.igvmtool.paravisor;

import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.mshv.RunPage;
import dev.igvmtool.abi.mshv.TdxRunContext;
import dev.igvmtool.abi.snp.Vmsa;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.paravisor.exit.MessageExit;
import dev.igvmtool.paravisor.exit.SaveAreaExit;
import dev.igvmtool.paravisor.exit.TdxExit;
import dev.igvmtool.paravisor.exit.Vtl0Exit;

/** VTL0 of one VP, where the platform lets this program see it. */
sealed interface Vtl0Context {
    /** Of the VP whose thread this is. */
    static Vtl0Context of(ParavisorProcess process) {
        RunPage run = new RunPage(process.cpu().memory(), process.get(Variable.RUN_PAGE));
        return switch (new Inputs(process).rules().isolation()) {
            case NONE, VBS -> new Open(run);
            case SNP -> new Snp(run, new Vmsa(process.cpu().memory(), process.get(Variable.LOWER_PAGE)), process.cpu());
            case TDX -> new Tdx(run, new TdxRunContext(process.cpu().memory(), run.gva()), process.cpu());
        };
    }

    /** The page that kernel and program share. */
    RunPage run();

    /** Why VTL0 has left. */
    Vtl0Exit exit();

    /** Changes a general register. */
    void set(Gpr register, long value);

    /** Changes RIP; false if the kernel has to be asked for that. */
    boolean setRip(long rip);

    /** Whether the VP shall wait for an interrupt instead of running. */
    default void setHalted(boolean halted) {
        run().setFlags(halted ? RunPage.FLAG_HALTED : 0);
    }

    /** The hypervisor keeps the registers that VTLs do not share. */
    record Open(RunPage run) implements Vtl0Context {
        @Override
        public Vtl0Exit exit() {
            return MessageExit.of(HvMessage.CODEC.read(run.exitMessage()), run.gpr(Gpr.RAX));
        }

        @Override
        public void set(Gpr register, long value) {
            run.setGpr(register, value);
        }

        @Override
        public boolean setRip(long rip) {
            return false;
        }
    }

    /** All registers are in the save area. */
    record Snp(RunPage run, Vmsa area, Cpu cpu) implements Vtl0Context {
        @Override
        public Vtl0Exit exit() {
            return SaveAreaExit.of(area, cpu);
        }

        @Override
        public void set(Gpr register, long value) {
            area.set(register, value);
        }

        @Override
        public boolean setRip(long rip) {
            area.set(Vmsa.RIP, rip);
            return true;
        }
    }

    /** The registers with which VTL0 is entered are in the run page. */
    record Tdx(RunPage run, TdxRunContext context, Cpu cpu) implements Vtl0Context {
        @Override
        public Vtl0Exit exit() {
            return TdxExit.of(context, cpu);
        }

        @Override
        public void set(Gpr register, long value) {
            context.guestState().set(register, value);
        }

        @Override
        public boolean setRip(long rip) {
            context.guestState().setRip(rip);
            return true;
        }
    }
}
