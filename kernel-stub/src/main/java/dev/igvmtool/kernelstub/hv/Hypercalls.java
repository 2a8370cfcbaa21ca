package dev.igvmtool.kernelstub.hv;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvSelf;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.hv.RegisterAssociation;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.abi.hv.VpRegistersHeader;
import dev.igvmtool.abi.hv.VpStartInput;
import dev.igvmtool.kernelstub.state.Kernel;

/** Hypercalls with the input and output pages of the processor on which the step runs. */
public final class Hypercalls {
    /** The VTL in which the paravisor's kernel runs. */
    public static final int VTL = 2;

    private Hypercalls() {}

    /** Issues a call; its output is at {@link #output}. */
    public static HypercallResult call(Kernel kernel, HypercallControl control, Bytes input) {
        return kernel.host().hypercall(control, input);
    }

    /** Output of the last call on this processor. */
    public static Bytes output(Kernel kernel, int length) {
        return kernel.host().output(length);
    }

    /** A register of this processor. */
    public static RegisterResult getRegister(Kernel kernel, TargetVtl vtl, int name) {
        Bytes input = new ByteWriter()
                .bytes(VpRegistersHeader.CODEC.toBytes(VpRegistersHeader.self(vtl)))
                .u32(Integer.toUnsignedLong(name))
                .toBytes();
        HypercallResult result = call(kernel, HypercallControl.rep(HypercallCode.GET_VP_REGISTERS, 1), input);
        RegisterValue value = result.isSuccess()
                ? RegisterValue.CODEC.read(output(kernel, RegisterValue.CODEC.size()))
                : RegisterValue.of(0);
        return new RegisterResult(result, value);
    }

    /** A register and how the call ended; the value is zero after a failure. */
    public record RegisterResult(HypercallResult result, RegisterValue value) {}

    /** Sets a register of a processor, this one by {@link HvSelf#VP}. */
    public static HypercallResult setRegister(
            Kernel kernel, int vpIndex, TargetVtl vtl, int name, RegisterValue value) {
        Bytes input = new ByteWriter()
                .bytes(VpRegistersHeader.CODEC.toBytes(new VpRegistersHeader(HvSelf.PARTITION, vpIndex, vtl.value())))
                .bytes(RegisterAssociation.CODEC.toBytes(new RegisterAssociation(name, value)))
                .toBytes();
        return call(kernel, HypercallControl.rep(HypercallCode.SET_VP_REGISTERS, 1), input);
    }

    /** Enables this VTL on another processor, or starts it there. */
    public static HypercallResult start(Kernel kernel, HypercallCode code, int vpIndex, InitialVpContext context) {
        Bytes input = VpStartInput.CODEC.toBytes(new VpStartInput(vpIndex, VTL, context));
        return call(kernel, HypercallControl.of(code), input);
    }
}
