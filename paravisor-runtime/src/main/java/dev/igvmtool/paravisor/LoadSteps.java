package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.RegisterAssociation;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.linux.Syscall;
import dev.igvmtool.abi.mshv.MshvIoctl;
import dev.igvmtool.abi.mshv.RunPage;
import dev.igvmtool.abi.mshv.TdcallArgument;
import dev.igvmtool.abi.mshv.VpRegistersArgument;
import dev.igvmtool.abi.paravisor.MeasuredVtl0Config;
import dev.igvmtool.abi.paravisor.PageRegion;
import dev.igvmtool.abi.tdx.TdCall;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.paravisor.config.ParavisorOption;
import dev.igvmtool.paravisor.config.PartitionView;
import dev.igvmtool.paravisor.vtl0.LinuxLoad;
import dev.igvmtool.paravisor.vtl0.LoadKind;
import dev.igvmtool.paravisor.vtl0.LoadPlan;
import dev.igvmtool.paravisor.vtl0.SaveArea;
import dev.igvmtool.paravisor.vtl0.TdxRegisters;
import dev.igvmtool.paravisor.vtl0.UefiConfig;
import dev.igvmtool.paravisor.vtl0.UefiLoad;
import java.util.ArrayList;
import java.util.List;

/** VTL0's start: what the image holds (event P41), what is written for it and its registers (event P51). */
final class LoadSteps {
    private static final int PAGE = DataLayout.PAGE;
    private static final int RECORD_BYTES = VpRegistersArgument.RECORD_BYTES;

    private LoadSteps() {}

    /** Event P41. */
    static void addConfiguration(StepList steps) {
        steps.event("P41", "read-vtl0-config", LoadSteps::readVtl0Config)
                .step("zero-vtl0-config", LoadSteps::zeroVtl0Config);
    }

    /** Event P51. */
    static void addLoad(StepList steps) {
        steps.step("get-entropy", LoadSteps::getEntropy)
                .event("P51", "write-vtl0-memory", LoadSteps::writeVtl0Memory)
                .step("zero-other-images", LoadSteps::zeroOtherImages)
                .step("set-vtl0-registers", LoadSteps::setVtl0Registers)
                .step("write-vtl0-field", LoadSteps::writeVtl0Field)
                .step("vtl0-field-written", LoadSteps::vtl0FieldWritten)
                .step("vtl0-registers-set", process -> process.result("set registers of VTL0"))
                .step("log-vtl0-registers", LoadSteps::logVtl0Registers);
    }

    private static void readVtl0Config(ParavisorProcess process) {
        long source = DataLayout.VTL0_GVA + MeasuredVtl0Config.X64_PAGE * PAGE;
        Bytes copy = process.cpu().memory().readBytes(source, MeasuredVtl0Config.CODEC.size());
        process.cpu().memory().writeBytes(process.at(DataLayout.VTL0_CONFIG), copy);
        MeasuredVtl0Config config = new Inputs(process).vtl0Config();
        if (config.magic() != MeasuredVtl0Config.MAGIC) {
            throw new ParavisorFailure(String.format(
                    "magic of the measured VTL0 configuration is 0x%016x, expected 0x%016x",
                    config.magic(), MeasuredVtl0Config.MAGIC));
        }
        LoadKind kind = kind(process);
        PageRegion page = page(config, kind);
        if (!page.isEmpty()) {
            Bytes content = process.cpu().memory().readBytes(gva(process, page), PAGE);
            process.cpu().memory().writeBytes(process.at(DataLayout.VTL0_PAGE), content);
        }
        process.log(String.format(
                "measured VTL0 configuration: supported bits 0x%x, loading %s", config.supportedVtl0(), kind));
    }

    private static LoadKind kind(ParavisorProcess process) {
        Inputs inputs = new Inputs(process);
        return LoadKind.choose(inputs.vtl0Config(), inputs.options().text(ParavisorOption.FORCE_LOAD_VTL0_IMAGE));
    }

    /** The page that is needed after it is zeroed: command line or VP context. */
    private static PageRegion page(MeasuredVtl0Config config, LoadKind kind) {
        return switch (kind) {
            case LINUX -> config.linuxCommandLine();
            case UEFI -> config.uefiVpContext();
            case PCAT -> PageRegion.EMPTY;
        };
    }

    private static void zeroVtl0Config(ParavisorProcess process) {
        MeasuredVtl0Config config = new Inputs(process).vtl0Config();
        zero(process, new PageRegion(MeasuredVtl0Config.X64_PAGE, 1));
        zero(process, config.uefiVpContext());
        zero(process, config.linuxCommandLine());
    }

    private static void zero(ParavisorProcess process, PageRegion region) {
        if (!region.isEmpty()) {
            process.cpu().memory().zero(gva(process, region), region.pageCount() * PAGE);
        }
    }

    /** Address of a region of VTL0, which must be its memory. */
    private static long gva(ParavisorProcess process, PageRegion region) {
        long pageLimit = 1L << 40;
        boolean inRange = Long.compareUnsigned(region.basePage(), pageLimit) < 0
                && Long.compareUnsigned(region.pageCount(), pageLimit) < 0;
        if (!inRange
                || new Inputs(process)
                        .view().vtl0Ram().stream().noneMatch(ram -> ram.range().contains(region.toRange()))) {
            throw new ParavisorFailure(String.format(
                    "measured VTL0 configuration names %d pages from page 0x%x, which are not memory of VTL0",
                    region.pageCount(), region.basePage()));
        }
        return DataLayout.VTL0_GVA + region.basePage() * PAGE;
    }

    private static void getEntropy(ParavisorProcess process) {
        process.cpu().systemCall(Syscall.GETRANDOM, process.at(DataLayout.ENTROPY), UefiConfig.ENTROPY_BYTES, 0);
    }

    private static void writeVtl0Memory(ParavisorProcess process) {
        long count = process.result("getrandom");
        if (count != UefiConfig.ENTROPY_BYTES) {
            throw new ParavisorFailure("getrandom gave " + count + " bytes, expected " + UefiConfig.ENTROPY_BYTES);
        }
        LoadPlan plan = plan(process);
        PartitionView view = new Inputs(process).view();
        for (LoadPlan.Write write : plan.writes()) {
            if (view.vtl0Ram().stream().noneMatch(ram -> ram.range().contains(write.range()))) {
                throw new ParavisorFailure(write.what() + " at " + write.range() + " is not memory of VTL0");
            }
            process.cpu().memory().writeBytes(DataLayout.VTL0_GVA + write.gpa(), write.content());
        }
        process.log("VTL0 starts with " + plan.description());
    }

    private static LoadPlan plan(ParavisorProcess process) {
        Inputs inputs = new Inputs(process);
        MeasuredVtl0Config config = inputs.vtl0Config();
        BootTree tree = inputs.tree();
        PartitionView view = PartitionView.of(tree);
        int addressBits = inputs.physicalAddressBits();
        return switch (kind(process)) {
            case LINUX -> new LinuxLoad(config, commandLine(process, config), view, tree.cpus(), addressBits).plan();
            case UEFI ->
                new UefiLoad(process.read(DataLayout.VTL0_PAGE, PAGE), uefiConfig(process, tree), addressBits).plan();
            case PCAT -> throw new ParavisorFailure("PC/AT BIOS for VTL0 is not in the image");
        };
    }

    private static String commandLine(ParavisorProcess process, MeasuredVtl0Config config) {
        String text = "";
        if (!config.linuxCommandLine().isEmpty()) {
            String page = process.read(DataLayout.VTL0_PAGE, PAGE).toUtf8();
            int end = page.indexOf('\0');
            text = end < 0 ? page : page.substring(0, end);
        }
        String suffix = new Inputs(process)
                .options()
                .text(ParavisorOption.CMDLINE_APPEND)
                .orElse("");
        return suffix.isEmpty() ? text : (text + " " + suffix).strip();
    }

    private static UefiConfig uefiConfig(ParavisorProcess process, BootTree tree) {
        return new UefiConfig(
                process.read(DataLayout.ENTROPY, UefiConfig.ENTROPY_BYTES),
                PartitionView.of(tree),
                tree.cpus(),
                new Inputs(process).topology(tree.cpus().size()),
                process.read(DataLayout.SLIT, process.getInt(Variable.SLIT_SIZE)),
                process.read(DataLayout.PPTT, process.getInt(Variable.PPTT_SIZE)));
    }

    private static void zeroOtherImages(ParavisorProcess process) {
        MeasuredVtl0Config config = new Inputs(process).vtl0Config();
        if (kind(process) != LoadKind.UEFI) {
            zero(process, config.uefiFirmware());
        }
        if (kind(process) != LoadKind.LINUX) {
            zero(process, config.linuxKernel());
            zero(process, config.linuxInitrd());
        }
    }

    private static void setVtl0Registers(ParavisorProcess process) {
        Vtl0Context context = Vtl0Context.of(process);
        List<RegisterAssociation> registers = plan(process).registers();
        if (context instanceof Vtl0Context.Snp snp) {
            new SaveArea(snp.area()).fill(registers, process.getInt(Variable.VTOM_BIT));
            process.cpu().jumpTo("log-vtl0-registers");
        } else if (context instanceof Vtl0Context.Tdx tdx) {
            new TdxRegisters(registers).fill(tdx.context().guestState());
            process.set(Variable.INDEX, 0);
        } else {
            process.cpu().jumpTo("vtl0-registers-set");
            setOpenRegisters(process);
        }
    }

    private static void writeVtl0Field(ParavisorProcess process) {
        List<TdxRegisters.Field> fields = new TdxRegisters(plan(process).registers()).fields();
        int index = process.getInt(Variable.INDEX);
        if (index == fields.size()) {
            process.cpu().jumpTo("log-vtl0-registers");
            return;
        }
        TdxRegisters.Field field = fields.get(index);
        process.tdcall(new TdcallArgument(TdCall.VP_WR, 0, field.identifier(), field.value(), -1));
    }

    private static void vtl0FieldWritten(ParavisorProcess process) {
        process.tdcallSuccess("write a register of VTL0");
        process.add(Variable.INDEX, 1);
        process.cpu().jumpTo("write-vtl0-field");
    }

    /** General registers are shared between VTLs and wait in the run page; the others go to the hypervisor. */
    private static void setOpenRegisters(ParavisorProcess process) {
        RunPage run = new RunPage(process.cpu().memory(), process.get(Variable.RUN_PAGE));
        List<RegisterAssociation> other = new ArrayList<>();
        for (RegisterAssociation register : plan(process).registers()) {
            int number = register.name() - RegisterName.RAX;
            if (number >= 0 && number < Gpr.values().length && number != Gpr.RSP.ordinal()) {
                run.setGpr(Gpr.values()[number], register.value().low());
            } else {
                other.add(register);
            }
        }
        setRegisters(process, other);
    }

    /** Sets private registers of VTL0 on this processor. */
    static void setRegisters(ParavisorProcess process, List<RegisterAssociation> registers) {
        for (int i = 0; i < registers.size(); i++) {
            long record = process.at(DataLayout.INPUT) + (long) i * RECORD_BYTES;
            process.cpu().memory().write(RegisterAssociation.CODEC, record, registers.get(i));
        }
        process.ioctl(
                process.get(Variable.VTL_FILE),
                MshvIoctl.SET_VP_REGISTERS,
                process.argument(
                        VpRegistersArgument.CODEC,
                        new VpRegistersArgument(registers.size(), process.at(DataLayout.INPUT))));
    }

    private static void logVtl0Registers(ParavisorProcess process) {
        process.log("registers of VTL0 are set: " + plan(process).registers().size());
    }
}
