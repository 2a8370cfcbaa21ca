package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.hv.HvSelf;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.RegisterAssociation;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.abi.hv.VpRegistersHeader;
import dev.igvmtool.abi.linux.KernelFiles;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.abi.linux.Syscall;
import dev.igvmtool.abi.mshv.MshvIoctl;
import dev.igvmtool.abi.sidecar.CommandPage;
import dev.igvmtool.abi.sidecar.RegistersHeader;
import dev.igvmtool.abi.sidecar.SidecarCommand;
import dev.igvmtool.paravisor.config.OnlineCpus;

/**
 * The VPs (event P50). VP 0 belongs to the first thread. The others wait in VTL0 for their start-up interrupt: those of
 * Linux are told so by hypercall and get a thread, see {@link ThreadSteps}; those of the sidecar by its commands, and the
 * sidecar then gives them to VTL0.
 */
final class VpSteps {
    private static final RegisterAssociation START_UP_SUSPEND =
            new RegisterAssociation(RegisterName.INTERNAL_ACTIVITY_STATE, RegisterValue.of(1));

    private static final String SIDECAR_VP_STARTED = "sidecar-vp-started";
    static final String FIRST = "open-online-cpus";

    /** The step that goes on with the VP after. */
    static final String NEXT = "next-vp";

    private VpSteps() {}

    static void add(StepList steps) {
        steps.step(FIRST, process -> process.open(KernelFiles.CPU_ONLINE, OpenFlags.RDONLY | OpenFlags.CLOEXEC, 0))
                .step("read-online-cpus", VpSteps::readOnlineCpus)
                .event("P50", "begin-vps", VpSteps::beginVps)
                .step("prepare-vp", VpSteps::prepareVp)
                .step("linux-vp-prepared", VpSteps::linuxVpPrepared)
                .step("sidecar-vp-prepared", VpSteps::sidecarVpPrepared)
                .step("sidecar-vp-checked", VpSteps::sidecarVpChecked)
                .step(SIDECAR_VP_STARTED, VpSteps::sidecarVpStarted)
                .step(NEXT, VpSteps::nextVp)
                .step("log-vps", VpSteps::logVps);
    }

    static void readOnlineCpus(ParavisorProcess process) {
        process.set(Variable.FILE, process.result("open " + KernelFiles.CPU_ONLINE));
        process.cpu()
                .systemCall(Syscall.READ, process.get(Variable.FILE), process.at(DataLayout.ONLINE), DataLayout.PAGE);
    }

    private static void beginVps(ParavisorProcess process) {
        process.set(Variable.ONLINE_SIZE, process.result("read " + KernelFiles.CPU_ONLINE));
        process.set(Variable.INDEX, 1);
        process.close(process.get(Variable.FILE));
    }

    private static void prepareVp(ParavisorProcess process) {
        Inputs inputs = new Inputs(process);
        int vp = process.getInt(Variable.INDEX);
        boolean restored = new StateBuffer(process).isRestored();
        boolean ofLinux = inputs.online().contains(vp);
        if (vp >= process.getInt(Variable.VP_COUNT)) {
            process.cpu().jumpTo("log-vps");
        } else if (restored && ofLinux) {
            process.cpu().jumpTo(ThreadSteps.CREATE);
        } else if (restored) {
            process.cpu().jumpTo(SIDECAR_VP_STARTED);
            CommandPage page = new SidecarTable(process).commandPage(vp);
            SaveSteps.savedContext(process, vp).ifPresent(page::setCpuContext);
            runSidecarVp(process, vp);
        } else if (ofLinux) {
            prepareLinuxVp(process, vp);
        } else {
            prepareSidecarVp(process, vp);
        }
    }

    private static void prepareLinuxVp(ParavisorProcess process, int vp) {
        if (new Inputs(process).rules().isHardware()) {
            // The hypervisor has no register of VTL0: the thread lets the VP wait.
            process.cpu().jumpTo(ThreadSteps.CREATE);
            return;
        }
        ByteWriter input = new ByteWriter();
        VpRegistersHeader.CODEC.write(
                input,
                new VpRegistersHeader(
                        HvSelf.PARTITION, vp, TargetVtl.explicit(0).value()));
        RegisterAssociation.CODEC.write(input, START_UP_SUSPEND);
        process.cpu().memory().writeBytes(process.at(DataLayout.INPUT), input.toBytes());
        process.hypercall(HypercallControl.rep(HypercallCode.SET_VP_REGISTERS, 1), input.size(), 0);
    }

    private static void linuxVpPrepared(ParavisorProcess process) {
        process.hypercallSuccess("suspend VP " + process.get(Variable.INDEX));
        process.cpu().jumpTo(ThreadSteps.CREATE);
    }

    private static void prepareSidecarVp(ParavisorProcess process, int vp) {
        process.cpu().jumpTo("sidecar-vp-prepared");
        registerCommand(process, vp, SidecarCommand.SET_VP_REGISTERS, START_UP_SUSPEND);
    }

    private static void sidecarVpPrepared(ParavisorProcess process) {
        int vp = process.getInt(Variable.INDEX);
        checkRegisterCommand(process, vp);
        registerCommand(process, vp, SidecarCommand.GET_VP_REGISTERS, START_UP_SUSPEND);
    }

    private static void sidecarVpChecked(ParavisorProcess process) {
        int vp = process.getInt(Variable.INDEX);
        long activity = checkRegisterCommand(process, vp).low();
        if ((activity & START_UP_SUSPEND.value().low()) == 0) {
            throw new ParavisorFailure(String.format("VP %d does not wait for its start: activity 0x%x", vp, activity));
        }
        runSidecarVp(process, vp);
    }

    /** Lets the sidecar run a VP of VTL0, and does not wait for its next exit. */
    static void runSidecarVp(ParavisorProcess process, int vp) {
        SidecarTable table = new SidecarTable(process);
        table.commandPage(vp).setCommand(SidecarCommand.RUN_VP);
        process.ioctl(table.nodeOf(vp).file(), MshvIoctl.SIDECAR_START, vp);
    }

    /** Sets or gets one register of VTL0 through the sidecar. */
    static void registerCommand(
            ParavisorProcess process, int vp, SidecarCommand command, RegisterAssociation register) {
        SidecarTable table = new SidecarTable(process);
        CommandPage page = table.commandPage(vp);
        RegistersHeader header = new RegistersHeader(1, TargetVtl.explicit(0).value());
        process.cpu().memory().write(RegistersHeader.CODEC, page.requestData(), header);
        process.cpu().memory().write(RegisterAssociation.CODEC, record(page), register);
        page.setCommand(command);
        process.ioctl(table.nodeOf(vp).file(), MshvIoctl.SIDECAR_RUN, vp);
    }

    /** The register's value after a command that must have succeeded. */
    static RegisterValue checkRegisterCommand(ParavisorProcess process, int vp) {
        process.result("run a sidecar command on CPU " + vp);
        CommandPage page = new SidecarTable(process).commandPage(vp);
        if (page.hasError()) {
            throw new ParavisorFailure("sidecar command on CPU " + vp + ": " + page.error());
        }
        int status = process.cpu()
                .memory()
                .read(RegistersHeader.CODEC, page.requestData())
                .status();
        if (status != HvStatus.SUCCESS) {
            throw new ParavisorFailure("register command of the sidecar on CPU " + vp + ": " + HvStatus.nameOf(status));
        }
        return process.cpu()
                .memory()
                .read(RegisterAssociation.CODEC, record(page))
                .value();
    }

    private static long record(CommandPage page) {
        return page.requestData() + RegistersHeader.CODEC.size();
    }

    private static void sidecarVpStarted(ParavisorProcess process) {
        process.result("start a sidecar CPU");
    }

    private static void nextVp(ParavisorProcess process) {
        process.add(Variable.INDEX, 1);
        process.cpu().jumpTo("prepare-vp");
    }

    private static void logVps(ParavisorProcess process) {
        Inputs inputs = new Inputs(process);
        OnlineCpus online = inputs.online();
        int count = process.getInt(Variable.VP_COUNT);
        int linux = 0;
        for (int vp = 0; vp < count; vp++) {
            linux += online.contains(vp) ? 1 : 0;
        }
        process.log("VPs: " + linux + " of Linux (" + online.list() + "), " + (count - linux) + " of the sidecar");
    }
}
