package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.RegisterAssociation;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.abi.hv.VpRegistersHeader;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.abi.mshv.HypercallSetupArgument;
import dev.igvmtool.abi.mshv.MshvDevices;
import dev.igvmtool.abi.mshv.MshvIoctl;
import dev.igvmtool.abi.mshv.SidecarInfo;
import dev.igvmtool.paravisor.config.IsolationRules;
import dev.igvmtool.paravisor.config.VsmConfiguration;

/** The proto partition (event P37): sidecar devices, the VTL file, the hypercalls allowed, the VSM configuration. */
final class PartitionSteps {
    private static final int ISOLATION_LEAF = 0x4000_000c;
    private static final int ENLIGHTENMENT_LEAF = 0x4000_0004;
    private static final int RESTORE_TIME_ON_RESUME = 1 << 20;
    private static final long ACCESS_VSM = 1L << 48;
    private static final int MAX_VTL_MASK = 0xf;

    /** Two pages for each CPU: command and registers. */
    private static final int MIN_SIDECAR_BYTES_PER_CPU = 2 * DataLayout.PAGE;

    private PartitionSteps() {}

    static void add(StepList steps) {
        steps.step("begin-partition", process -> process.set(Variable.SIDECAR_NODES, 0))
                .step("open-sidecar", PartitionSteps::openSidecar)
                .step("query-sidecar", PartitionSteps::querySidecar)
                .step("map-sidecar", PartitionSteps::mapSidecar)
                .step("sidecar-mapped", PartitionSteps::sidecarMapped)
                .step("check-isolation", PartitionSteps::checkIsolation)
                .step("open-mshv", process -> process.open(MshvDevices.MSHV, OpenFlags.RDWR | OpenFlags.CLOEXEC, 0))
                .step("create-vtl", PartitionSteps::createVtl)
                .step("open-hypercalls", PartitionSteps::openHypercalls)
                .step("allow-hypercalls", PartitionSteps::allowHypercalls)
                .step("read-vsm-capabilities", PartitionSteps::readVsmCapabilities)
                .event("P37", "write-vsm-config", PartitionSteps::writeVsmConfig)
                .step("read-privileges", PartitionSteps::readPrivileges)
                .step("log-vsm", PartitionSteps::logVsm);
    }

    private static void openSidecar(ParavisorProcess process) {
        process.open(
                MshvDevices.SIDECAR_PREFIX + process.get(Variable.SIDECAR_NODES),
                OpenFlags.RDWR | OpenFlags.CLOEXEC,
                0);
    }

    private static void querySidecar(ParavisorProcess process) {
        if (process.rawResult() == Errno.ENOENT.result()) {
            process.cpu().jumpTo("check-isolation");
            return;
        }
        long file = process.result("open a sidecar device");
        int index = process.getInt(Variable.SIDECAR_NODES);
        if (index == SidecarTable.MAX_NODES) {
            throw new ParavisorFailure("more than " + SidecarTable.MAX_NODES + " sidecar devices");
        }
        SidecarTable table = new SidecarTable(process);
        table.setFile(index, file);
        process.ioctl(file, MshvIoctl.SIDECAR_INFO, table.info(index));
    }

    private static void mapSidecar(ParavisorProcess process) {
        process.result("query a sidecar device");
        SidecarTable.Node node = new SidecarTable(process).node(process.getInt(Variable.SIDECAR_NODES));
        SidecarInfo info = node.info();
        if (info.bytesPerCpu() < MIN_SIDECAR_BYTES_PER_CPU) {
            throw new ParavisorFailure("sidecar shares " + info.bytesPerCpu()
                    + " bytes for each CPU, expected at least " + MIN_SIDECAR_BYTES_PER_CPU);
        }
        process.map(info.cpuCount() * info.bytesPerCpu(), node.file(), 0);
    }

    private static void sidecarMapped(ParavisorProcess process) {
        long mapping = process.result("map the pages of a sidecar device");
        new SidecarTable(process).setMapping(process.getInt(Variable.SIDECAR_NODES), mapping);
        process.add(Variable.SIDECAR_NODES, 1);
        process.cpu().jumpTo("open-sidecar");
    }

    private static void checkIsolation(ParavisorProcess process) {
        IsolationRules rules = new Inputs(process).rules();
        int type = process.cpu().cpuid(ISOLATION_LEAF, 0).ebx() & 0xf;
        if (type != rules.cpuidType()) {
            throw new ParavisorFailure(String.format(
                    "CPUID says isolation type %d, the boot tree says %s, which is type %d",
                    type, rules.isolation().text(), rules.cpuidType()));
        }
        process.log(
                "isolation " + rules.isolation().text() + "; sidecar nodes: " + process.get(Variable.SIDECAR_NODES));
    }

    private static void createVtl(ParavisorProcess process) {
        long file = process.result("open " + MshvDevices.MSHV);
        process.cpu().memory().writeU64(process.at(DataLayout.ARGUMENT), 0);
        process.ioctl(file, MshvIoctl.CREATE_VTL, process.at(DataLayout.ARGUMENT));
    }

    private static void openHypercalls(ParavisorProcess process) {
        process.set(Variable.VTL_FILE, process.result("create the VTL file"));
        process.open(MshvDevices.HVCALL, OpenFlags.RDWR | OpenFlags.CLOEXEC, 0);
    }

    private static void allowHypercalls(ParavisorProcess process) {
        process.set(Variable.HYPERCALL_FILE, process.result("open " + MshvDevices.HVCALL));
        byte[] bitmap = new byte[DataLayout.PAGE];
        for (int code : new Inputs(process).rules().hypercalls()) {
            bitmap[code / 8] |= (byte) (1 << code % 8);
        }
        process.cpu().memory().write(process.at(DataLayout.INPUT), bitmap, 0, bitmap.length);
        process.ioctl(
                process.get(Variable.HYPERCALL_FILE),
                MshvIoctl.HYPERCALL_SETUP,
                process.argument(
                        HypercallSetupArgument.CODEC,
                        new HypercallSetupArgument(bitmap.length, process.at(DataLayout.INPUT))));
    }

    private static void readVsmCapabilities(ParavisorProcess process) {
        process.result("set the allowed hypercalls");
        getRegisters(process, RegisterName.VSM_CAPABILITIES);
    }

    private static void writeVsmConfig(ParavisorProcess process) {
        process.hypercallSuccess("read VsmCapabilities");
        long capabilities = process.cpu().memory().readU64(process.at(DataLayout.OUTPUT));
        boolean restoreTime = (process.cpu().cpuid(ENLIGHTENMENT_LEAF, 0).eax() & RESTORE_TIME_ON_RESUME) != 0;
        long config = VsmConfiguration.of(new Inputs(process).rules(), capabilities, restoreTime);
        process.set(Variable.VSM_CAPABILITIES, capabilities);
        process.set(Variable.VSM_PARTITION_CONFIG, config);
        RegisterAssociation register =
                new RegisterAssociation(RegisterName.VSM_PARTITION_CONFIG, RegisterValue.of(config));
        ByteWriter input = new ByteWriter();
        VpRegistersHeader.CODEC.write(input, VpRegistersHeader.self(TargetVtl.CURRENT));
        RegisterAssociation.CODEC.write(input, register);
        process.cpu().memory().writeBytes(process.at(DataLayout.INPUT), input.toBytes());
        process.hypercall(HypercallControl.rep(HypercallCode.SET_VP_REGISTERS, 1), input.size(), 0);
    }

    private static void readPrivileges(ParavisorProcess process) {
        process.hypercallSuccess("write VsmPartitionConfig");
        getRegisters(process, RegisterName.PRIVILEGES_AND_FEATURES_INFO, RegisterName.GUEST_VSM_PARTITION_CONFIG);
    }

    private static void logVsm(ParavisorProcess process) {
        process.hypercallSuccess("read the partition's privileges");
        long privileges = process.cpu().memory().readU64(process.at(DataLayout.OUTPUT));
        long guestVsm = process.cpu().memory().readU64(process.at(DataLayout.OUTPUT) + RegisterValue.CODEC.size());
        boolean possible = (privileges & ACCESS_VSM) != 0 && (guestVsm & MAX_VTL_MASK) >= 1;
        process.log(String.format(
                "VsmCapabilities 0x%x, VsmPartitionConfig 0x%x, guest VSM %s",
                process.get(Variable.VSM_CAPABILITIES),
                process.get(Variable.VSM_PARTITION_CONFIG),
                possible ? "possible" : "not possible"));
    }

    /** Reads registers of this VP and VTL; their values are the output of the hypercall. */
    static void getRegisters(ParavisorProcess process, int... names) {
        ByteWriter input = new ByteWriter();
        VpRegistersHeader.CODEC.write(input, VpRegistersHeader.self(TargetVtl.CURRENT));
        for (int name : names) {
            input.u32(name);
        }
        process.cpu().memory().writeBytes(process.at(DataLayout.INPUT), input.toBytes());
        process.hypercall(
                HypercallControl.rep(HypercallCode.GET_VP_REGISTERS, names.length),
                input.size(),
                names.length * RegisterValue.CODEC.size());
    }
}
