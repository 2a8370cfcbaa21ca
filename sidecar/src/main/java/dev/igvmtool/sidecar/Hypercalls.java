package dev.igvmtool.sidecar;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.hv.RegisterAssociation;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.abi.hv.VpRegistersHeader;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.guest.Cpu;

/**
 * Hypercalls through the copied hypercall page and the VP's own input and output pages. Changes RAX, RCX, RDX and R8.
 *
 * @param cpu the caller
 */
record Hypercalls(Cpu cpu) {
    private static final long INPUT = AddressSpace.address(AddressSpace.HYPERCALL_INPUT);
    private static final long OUTPUT = AddressSpace.address(AddressSpace.HYPERCALL_OUTPUT);

    /** A simple call with the given input. */
    <T> HypercallResult call(HypercallCode code, Codec<T> codec, T input) {
        cpu.memory().write(codec, INPUT, input);
        return call(HypercallControl.of(code));
    }

    /** Output of the last call. */
    Bytes output(int length) {
        return cpu.memory().readBytes(OUTPUT, length);
    }

    /** Asks for one register of the calling VP; {@link #registerValue} has it after success. */
    HypercallResult getRegister(TargetVtl vtl, int name) {
        writeHeader(vtl);
        cpu.memory().writeU32(INPUT + VpRegistersHeader.CODEC.size(), name);
        return call(HypercallControl.rep(HypercallCode.GET_VP_REGISTERS, 1));
    }

    /** Value of the last {@link #getRegister}. */
    RegisterValue registerValue() {
        return cpu.memory().read(RegisterValue.CODEC, OUTPUT);
    }

    /** Sets one register of the calling VP. */
    HypercallResult setRegister(TargetVtl vtl, int name, RegisterValue value) {
        writeHeader(vtl);
        cpu.memory()
                .write(
                        RegisterAssociation.CODEC,
                        INPUT + VpRegistersHeader.CODEC.size(),
                        new RegisterAssociation(name, value));
        return call(HypercallControl.rep(HypercallCode.SET_VP_REGISTERS, 1));
    }

    private void writeHeader(TargetVtl vtl) {
        cpu.memory().write(VpRegistersHeader.CODEC, INPUT, VpRegistersHeader.self(vtl));
    }

    private HypercallResult call(HypercallControl control) {
        cpu.set(Gpr.RCX, control.value());
        cpu.set(Gpr.RDX, AddressSpace.gpaOf(cpu, INPUT));
        cpu.set(Gpr.R8, AddressSpace.gpaOf(cpu, OUTPUT));
        cpu.callHypercallPage(Statics.of(cpu).address(Statics.Place.HYPERCALL_CODE));
        return new HypercallResult(cpu.get(Gpr.RAX));
    }
}
