package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.hv.HvPrivilege;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.hv.InterceptType;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.machine.memory.GpaFault;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.HostConduct;
import dev.igvmtool.machine.partition.Partition;
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

    /** The calls that a machine of an architecture knows. */
    public static Hypercalls of(Architecture architecture) {
        return switch (architecture) {
            case X64 -> ofX64();
            case AARCH64 -> ofAarch64();
        };
    }

    private static Hypercalls ofAarch64() {
        return new Hypercalls(List.of(
                new NotifyLongSpinWait(),
                new ModifyVtlProtectionMask(),
                new EnablePartitionVtl(),
                new EnableArmVpVtl(),
                new GetVpRegisters(),
                new SetVpRegisters(),
                new PostMessage(),
                new SignalEvent(),
                new GetVpIndexFromMpidr()));
    }

    private static Hypercalls ofX64() {
        return new Hypercalls(List.of(
                new FlushVirtualAddress(HypercallCode.FLUSH_VIRTUAL_ADDRESS_SPACE),
                new FlushVirtualAddress(HypercallCode.FLUSH_VIRTUAL_ADDRESS_LIST),
                new FlushVirtualAddress(HypercallCode.FLUSH_VIRTUAL_ADDRESS_SPACE_EX),
                new FlushVirtualAddress(HypercallCode.FLUSH_VIRTUAL_ADDRESS_LIST_EX),
                new NotifyLongSpinWait(),
                new SendSyntheticClusterIpi(HypercallCode.SEND_SYNTHETIC_CLUSTER_IPI),
                new SendSyntheticClusterIpi(HypercallCode.SEND_SYNTHETIC_CLUSTER_IPI_EX),
                new ModifyVtlProtectionMask(),
                new EnablePartitionVtl(),
                new EnableVpVtl(),
                new InstallIntercept(),
                new GetVpRegisters(),
                new SetVpRegisters(),
                new TranslateVirtualAddress(HypercallCode.TRANSLATE_VIRTUAL_ADDRESS),
                new TranslateVirtualAddress(HypercallCode.TRANSLATE_VIRTUAL_ADDRESS_EX),
                new PostMessage(),
                new SignalEvent(),
                new RetargetDeviceInterrupt(),
                new AssertVirtualInterrupt(),
                new StartVirtualProcessor(),
                new GetVpIndexFromApicId(),
                new SignalEventDirect(),
                new PostMessageDirect(),
                new CheckSparseGpaPageVtlAccess(),
                new AcceptGpaPages(),
                new ModifySparseGpaPageHostVisibility(),
                new RestorePartitionTime(),
                new MemoryMappedIo(HypercallCode.MEMORY_MAPPED_IO_READ),
                new MemoryMappedIo(HypercallCode.MEMORY_MAPPED_IO_WRITE),
                new PinGpaPageRanges(HypercallCode.PIN_GPA_PAGE_RANGES),
                new PinGpaPageRanges(HypercallCode.UNPIN_GPA_PAGE_RANGES),
                new ExtQueryCapabilities(),
                new VbsVmCallReport()));
    }

    /**
     * The VTL above the caller's that answers a call in the hypervisor's place: one that the hypervisor does not know, or
     * one whose input names what it does not know.
     */
    public OptionalInt interceptor(Vp caller, HypercallControl control, long inputGpa) {
        Partition partition = caller.partition();
        Hypercall call = byCode.get(control.code());
        if (call == null) {
            return partition.interceptor(caller.vtl(), InterceptType.HYPERCALL, InterceptType.ACCESS_EXECUTE, 0);
        }
        if (!partition.mayIntercept(caller.vtl())
                || inputStatus(call.shape(), control, caller, inputGpa) != HvStatus.SUCCESS) {
            return OptionalInt.empty();
        }
        try {
            return call.answeredBy(frame(call, caller, control, inputGpa));
        } catch (GpaFault | FormatException noInput) {
            return OptionalInt.empty();
        }
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
        int status = formStatus(call.shape(), control, caller, inputGpa, outputGpa);
        if (status != HvStatus.SUCCESS) {
            return refuse(caller, control, status);
        }
        try {
            HypercallFrame frame = frame(call, caller, control, inputGpa);
            if (!control.fast()) {
                int size = call.shape().outputBytes(control.repCount());
                caller.partition().memory().checkWritable(caller.vtl(), outputGpa, size);
            }
            Optional<HostConduct.HypercallAnswer> lie =
                    caller.partition().conduct().hypercall(caller.index(), control.code());
            status = lie.flatMap(answer -> asOptional(answer.status())).orElseGet(() -> run(call, frame));
            lie.ifPresent(frame::falsify);
            HypercallFrame.Output output = frame.output(status);
            putOut(frame, control, outputGpa, output);
            HypercallResult result = HypercallResult.of(status, call.shape().rep() ? frame.repsDone() : 0);
            return report(caller, control, frame.input(), result, output.bytes());
        } catch (GpaFault unreachable) {
            return refuse(caller, control, HvStatus.INVALID_HYPERCALL_INPUT);
        }
    }

    private static Optional<Integer> asOptional(OptionalInt value) {
        return value.isPresent() ? Optional.of(value.getAsInt()) : Optional.empty();
    }

    /** Reads the input; {@link GpaFault} if it cannot be reached. */
    private static HypercallFrame frame(Hypercall call, Vp caller, HypercallControl control, long inputGpa) {
        int size = call.shape().inputBytes(control.variableHeaderBytes(), control.repCount());
        Bytes input = control.fast()
                ? FastRegisters.of(caller).read().slice(0, size)
                : caller.partition().memory().readBytes(caller.vtl(), inputGpa, size);
        return new HypercallFrame(caller, call.shape(), control, input);
    }

    private static int run(Hypercall call, HypercallFrame frame) {
        long privileges = call.privileges();
        if ((frame.partition().config().privileges() & privileges) != privileges) {
            return HvStatus.ACCESS_DENIED;
        }
        try {
            return call.run(frame);
        } catch (HypercallRefused refused) {
            return refused.status;
        } catch (FormatException malformed) {
            return HvStatus.INVALID_PARAMETER;
        }
    }

    private static void putOut(
            HypercallFrame frame, HypercallControl control, long outputGpa, HypercallFrame.Output output) {
        if (output.bytes().isEmpty()) {
            return;
        }
        if (control.fast()) {
            FastRegisters registers = FastRegisters.of(frame.caller());
            int area = registers.outputOffset(frame.input().size());
            registers.write(area + output.offset(), output.bytes());
        } else {
            frame.partition().memory().writeBytes(frame.caller().vtl(), outputGpa + output.offset(), output.bytes());
        }
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

    // ---- form ----

    private static int formStatus(
            Hypercall.Shape shape, HypercallControl control, Vp caller, long inputGpa, long outputGpa) {
        int status = inputStatus(shape, control, caller, inputGpa);
        if (status != HvStatus.SUCCESS) {
            return status;
        }
        int outputBytes = shape.outputBytes(control.repCount());
        if (!control.fast()) {
            return checkBuffer(outputGpa, outputBytes);
        }
        int inputBytes = shape.inputBytes(control.variableHeaderBytes(), control.repCount());
        boolean mayPutOut =
                outputBytes == 0 || (caller.partition().config().privileges() & HvPrivilege.FAST_OUTPUT) != 0;
        FastRegisters registers = FastRegisters.of(caller);
        boolean fits = registers.outputOffset(inputBytes) + outputBytes <= registers.sizeBytes();
        return mayPutOut && fits ? HvStatus.SUCCESS : HvStatus.INVALID_HYPERCALL_INPUT;
    }

    /** The control word and the place of the input. */
    private static int inputStatus(Hypercall.Shape shape, HypercallControl control, Vp caller, long inputGpa) {
        int count = control.repCount();
        boolean repsFit = shape.rep() ? count > 0 && control.repStart() < count : count == 0 && control.repStart() == 0;
        boolean headerFits = shape.variable() || control.variableHeaderBytes() == 0;
        if (control.hasReservedBits() || control.nested() || !headerFits || !repsFit) {
            return HvStatus.INVALID_HYPERCALL_INPUT;
        }
        int size = shape.inputBytes(control.variableHeaderBytes(), count);
        if (control.fast()) {
            return size <= FastRegisters.of(caller).inputBytes() ? HvStatus.SUCCESS : HvStatus.INVALID_HYPERCALL_INPUT;
        }
        return checkBuffer(inputGpa, size);
    }

    private static int checkBuffer(long gpa, int size) {
        if ((gpa & PhysicalMemory.PAGE_SIZE - 1) + size > PhysicalMemory.PAGE_SIZE) {
            return HvStatus.INVALID_HYPERCALL_INPUT;
        }
        return size > 0 && (gpa & 7) != 0 ? HvStatus.INVALID_ALIGNMENT : HvStatus.SUCCESS;
    }
}
