package dev.igvmtool.sidecar;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvSelf;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.hv.RegisterAssociation;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.abi.hv.TranslateVirtualAddressInput;
import dev.igvmtool.abi.sidecar.RegistersHeader;
import dev.igvmtool.abi.sidecar.SidecarLimits;
import dev.igvmtool.abi.sidecar.TranslateRequest;
import dev.igvmtool.abi.sidecar.TranslateResult;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;
import java.util.Optional;

/** The commands that read or write registers of a VTL, or translate an address of it. */
final class RegisterCommands {
    static final String GET = "get-registers";
    static final String SET = "set-registers";
    static final String TRANSLATE = "translate-gva";

    private static final int TRANSLATE_OUTPUT_BYTES = 64;

    private RegisterCommands() {}

    static List<Step> steps() {
        return List.of(
                Step.of("C26", GET, cpu -> forEachRegister(cpu, RegisterCommands::get)),
                Step.of("C26", SET, cpu -> forEachRegister(cpu, RegisterCommands::set)),
                Step.of("C26", TRANSLATE, RegisterCommands::translate));
    }

    /** What is done with one record; the result is a hypervisor status. */
    @FunctionalInterface
    private interface RecordAction {
        int run(Cpu cpu, TargetVtl vtl, long record);
    }

    /** Goes on until a register fails; what was done before stays. */
    private static void forEachRegister(Cpu cpu, RecordAction action) {
        long request = Dispatch.commandPage(cpu).requestData();
        RegistersHeader header = cpu.memory().read(RegistersHeader.CODEC, request);
        if (header.count() > SidecarLimits.MAX_REGISTERS) {
            Dispatch.failCommand(cpu, "invalid count " + header.count());
            return;
        }
        TargetVtl vtl = new TargetVtl(header.targetVtl());
        int status = HvStatus.SUCCESS;
        for (int i = 0; i < header.count() && status == HvStatus.SUCCESS; i++) {
            long record = request + RegistersHeader.CODEC.size() + (long) i * RegisterAssociation.CODEC.size();
            status = action.run(cpu, vtl, record);
        }
        cpu.memory().writeU16(request + RegistersHeader.STATUS, status);
        cpu.jumpTo(Dispatch.FINISH);
    }

    private static int get(Cpu cpu, TargetVtl vtl, long record) {
        RegisterAssociation asked = cpu.memory().read(RegisterAssociation.CODEC, record);
        Optional<SharedRegister> shared =
                SharedRegister.of(asked.name(), Statics.of(cpu).dr6Shared());
        RegisterValue value;
        if (shared.isPresent()) {
            value = RegisterValue.of(shared.get().get(cpu));
        } else {
            Hypercalls hypercalls = new Hypercalls(cpu);
            HypercallResult result = hypercalls.getRegister(vtl, asked.name());
            if (!result.isSuccess()) {
                return result.status();
            }
            value = hypercalls.registerValue();
        }
        cpu.memory().write(RegisterAssociation.CODEC, record, new RegisterAssociation(asked.name(), value));
        return HvStatus.SUCCESS;
    }

    private static int set(Cpu cpu, TargetVtl vtl, long record) {
        RegisterAssociation asked = cpu.memory().read(RegisterAssociation.CODEC, record);
        Optional<SharedRegister> shared =
                SharedRegister.of(asked.name(), Statics.of(cpu).dr6Shared());
        if (shared.isPresent()) {
            shared.get().set(cpu, asked.value().low());
            return HvStatus.SUCCESS;
        }
        return new Hypercalls(cpu).setRegister(vtl, asked.name(), asked.value()).status();
    }

    private static void translate(Cpu cpu) {
        long request = Dispatch.commandPage(cpu).requestData();
        TranslateRequest asked = cpu.memory().read(TranslateRequest.CODEC, request);
        TranslateVirtualAddressInput input =
                new TranslateVirtualAddressInput(HvSelf.PARTITION, HvSelf.VP, 0, asked.controlFlags(), asked.gvaPage());
        Hypercalls hypercalls = new Hypercalls(cpu);
        HypercallResult result =
                hypercalls.call(HypercallCode.TRANSLATE_VIRTUAL_ADDRESS_EX, TranslateVirtualAddressInput.CODEC, input);
        Bytes output =
                result.isSuccess() ? hypercalls.output(TRANSLATE_OUTPUT_BYTES) : Bytes.zeros(TRANSLATE_OUTPUT_BYTES);
        cpu.memory().write(TranslateResult.CODEC, request, new TranslateResult(result.status(), output));
        cpu.jumpTo(Dispatch.FINISH);
    }
}
