package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.hv.InterceptType;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.memory.GpaFault;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.HostConduct;
import dev.igvmtool.machine.vp.Vp;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The hypercalls of the hypervisor, by code, and the checks that come before each (hyperv-model 3.2). */
public final class Hypercalls {
    private final Map<Integer, Hypercall> byCode = new HashMap<>();

    private Hypercalls(List<Hypercall> calls) {
        for (Hypercall call : calls) {
            byCode.put(call.code().code(), call);
        }
    }

    /** The calls that this machine knows. */
    public static Hypercalls standard() {
        return new Hypercalls(List.of(
                new ModifyVtlProtectionMask(),
                new EnableVpVtl(),
                new InstallIntercept(),
                new GetVpRegisters(),
                new SetVpRegisters(),
                new TranslateVirtualAddress(HypercallCode.TRANSLATE_VIRTUAL_ADDRESS),
                new TranslateVirtualAddress(HypercallCode.TRANSLATE_VIRTUAL_ADDRESS_EX),
                new AssertVirtualInterrupt(),
                new StartVirtualProcessor(),
                new GetVpIndexFromApicId(),
                new SignalEventDirect(),
                new PostMessageDirect(),
                new CheckSparseGpaPageVtlAccess(),
                new AcceptGpaPages(),
                new ModifySparseGpaPageHostVisibility()));
    }

    /** The VTL that wants a call which the hypervisor does not know, for the VTLs below it. */
    public OptionalInt interceptor(Vp caller, int code) {
        if (byCode.containsKey(code)) {
            return OptionalInt.empty();
        }
        int type = InterceptType.HYPERCALL;
        if (code == HypercallCode.POST_MESSAGE.code() || code == HypercallCode.SIGNAL_EVENT.code()) {
            type = InterceptType.UNKNOWN_SYNIC_CONNECTION;
        } else if (code == HypercallCode.RETARGET_DEVICE_INTERRUPT.code()) {
            type = InterceptType.RETARGET_UNKNOWN_DEVICE;
        }
        return caller.partition().interceptor(caller.vtl(), type, InterceptType.ACCESS_EXECUTE, 0);
    }

    /**
     * Does a call.
     *
     * @param inputGpa of the input, unless the call is fast
     * @param outputGpa of the output, unless the call is fast
     */
    public HypercallResult call(Vp caller, HypercallControl control, long inputGpa, long outputGpa) {
        Hypercall call = byCode.get(control.code());
        if (call == null) {
            return refuse(caller, control, HvStatus.INVALID_HYPERCALL_CODE);
        }
        int form = checkForm(call.shape(), control, inputGpa, outputGpa);
        if (form != HvStatus.SUCCESS) {
            return refuse(caller, control, form);
        }
        int inputBytes = call.shape().inputBytes(control.repCount());
        try {
            Bytes input = control.fast()
                    ? FastRegisters.read(caller).slice(0, inputBytes)
                    : caller.partition().memory().readBytes(caller.vtl(), inputGpa, inputBytes);
            HypercallFrame frame =
                    new HypercallFrame(caller, call.shape(), input, control.repStart(), control.repCount());
            Optional<HostConduct.HypercallAnswer> lie =
                    caller.partition().conduct().hypercall(caller.index(), control.code());
            int status = lie.flatMap(answer -> asOptional(answer.status())).orElseGet(() -> run(call, frame));
            lie.ifPresent(frame::falsify);
            Bytes output = putOut(call.shape(), frame, status, control, outputGpa);
            return report(
                    caller,
                    control,
                    input,
                    HypercallResult.of(status, call.shape().rep() ? frame.repsDone() : 0),
                    output);
        } catch (GpaFault unreachable) {
            return refuse(caller, control, HvStatus.INVALID_HYPERCALL_INPUT);
        }
    }

    private static Optional<Integer> asOptional(OptionalInt value) {
        return value.isPresent() ? Optional.of(value.getAsInt()) : Optional.empty();
    }

    private static int run(Hypercall call, HypercallFrame frame) {
        try {
            return call.run(frame);
        } catch (FormatException malformed) {
            return HvStatus.INVALID_HYPERCALL_INPUT;
        }
    }

    /** Output of a simple call is written only on success, that of a rep call for the reps done. */
    private static Bytes putOut(
            Hypercall.Shape shape, HypercallFrame frame, int status, HypercallControl control, long outputGpa) {
        int size = shape.rep()
                ? frame.repsDone() * shape.outputElement()
                : status == HvStatus.SUCCESS ? shape.output() : 0;
        Bytes output = Bytes.of(frame.output()).slice(0, size);
        if (size > 0 && control.fast()) {
            FastRegisters.write(
                    frame.caller(), FastRegisters.outputOffset(frame.input().size()), output);
        } else if (size > 0) {
            frame.partition().memory().writeBytes(frame.caller().vtl(), outputGpa, output);
        }
        return output;
    }

    private static HypercallResult refuse(Vp caller, HypercallControl control, int status) {
        return report(caller, control, Bytes.EMPTY, HypercallResult.of(status, 0), Bytes.EMPTY);
    }

    private static HypercallResult report(
            Vp caller, HypercallControl control, Bytes input, HypercallResult result, Bytes output) {
        if (caller.partition().observed()) {
            caller.partition()
                    .emit(new MachineEvent.HypercallDone(
                            caller.index(), caller.vtl(), control.value(), input, result.value(), output));
        }
        return result;
    }

    private static int checkForm(Hypercall.Shape shape, HypercallControl control, long inputGpa, long outputGpa) {
        int count = control.repCount();
        boolean repsFit = shape.rep() ? count > 0 && control.repStart() < count : count == 0 && control.repStart() == 0;
        if (control.hasReservedBits() || control.variableHeaderBytes() != 0 || !repsFit) {
            return HvStatus.INVALID_HYPERCALL_INPUT;
        }
        int inputBytes = shape.inputBytes(count);
        int outputBytes = shape.outputBytes(count);
        if (control.fast()) {
            boolean fits = FastRegisters.outputOffset(inputBytes) + outputBytes <= FastRegisters.SIZE;
            return fits ? HvStatus.SUCCESS : HvStatus.INVALID_HYPERCALL_INPUT;
        }
        int status = checkBuffer(inputGpa, inputBytes);
        return status != HvStatus.SUCCESS ? status : checkBuffer(outputGpa, outputBytes);
    }

    private static int checkBuffer(long gpa, int size) {
        if (size == 0) {
            return HvStatus.SUCCESS;
        }
        if ((gpa & PhysicalMemory.PAGE_SIZE - 1) + size > PhysicalMemory.PAGE_SIZE) {
            return HvStatus.INVALID_HYPERCALL_INPUT;
        }
        return (gpa & 7) != 0 ? HvStatus.INVALID_ALIGNMENT : HvStatus.SUCCESS;
    }
}
