package dev.igvmtool.kernelstub.call;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvSelf;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.hv.RegisterAssociation;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.abi.hv.VsmCapabilities;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.abi.mshv.AddVtl0MemoryArgument;
import dev.igvmtool.abi.mshv.HypercallArgument;
import dev.igvmtool.abi.mshv.HypercallSetupArgument;
import dev.igvmtool.abi.mshv.KickCpusArgument;
import dev.igvmtool.abi.mshv.MshvIoctl;
import dev.igvmtool.abi.mshv.RunPage;
import dev.igvmtool.abi.mshv.VpRegistersArgument;
import dev.igvmtool.kernelstub.fault.LinuxError;
import dev.igvmtool.kernelstub.host.Platform;
import dev.igvmtool.kernelstub.hv.Hypercalls;
import dev.igvmtool.kernelstub.hv.Interrupts;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.OpenFile;
import dev.igvmtool.kernelstub.state.Processor;

/** Requests of the hypervisor's devices: {@code /dev/mshv}, the VTL file and {@code /dev/mshv_hvcall}. */
final class MshvDevice {
    private static final TargetVtl LOWER = TargetVtl.explicit(0);
    private static final int MAX_BITMAP = 8192;
    private static final int MAX_REGISTERS = 128;
    private static final int MAX_CPU_MASK = 1024;

    private MshvDevice() {}

    /** On {@code /dev/mshv}. */
    static Outcome mshv(Call call, int request) {
        return switch (request) {
            case MshvIoctl.CHECK_EXTENSION ->
                new Outcome.Done(extension(call, (int) call.user().readU32(call.argument(2))));
            case MshvIoctl.CREATE_VTL -> {
                call.user().check(call.argument(2), 1, false);
                OpenFile file = new OpenFile(new OpenFile.Target.VtlFile(), "mshv_vtl", OpenFlags.RDWR);
                yield new Outcome.Done(
                        call.kernel().openFiles().open(call.process().descriptors(), file));
            }
            default -> throw new LinuxError(Errno.ENOTTY, "/dev/mshv");
        };
    }

    private static long extension(Call call, int id) {
        return switch (id) {
            case MshvIoctl.EXTENSION_REGISTER_PAGE -> registerPages(call.kernel()) ? 1 : 0;
            case MshvIoctl.EXTENSION_RETURN_ACTION -> 1;
            case MshvIoctl.EXTENSION_DR6_SHARED -> sharesDr6(call.kernel()) ? 1 : 0;
            case MshvIoctl.EXTENSION_LOWER_VTL_TIMER -> 0;
            default -> throw new LinuxError(Errno.EOPNOTSUPP, "extension " + id);
        };
    }

    /** SNP swaps the register with the save area, TDX leaves it. */
    private static boolean sharesDr6(Kernel kernel) {
        if (kernel.platform().hardware()) {
            return kernel.platform() instanceof Platform.Td;
        }
        long capabilities = Hypercalls.getRegister(kernel, TargetVtl.CURRENT, RegisterName.VSM_CAPABILITIES)
                .value()
                .low();
        return (capabilities & VsmCapabilities.DR6_SHARED) != 0;
    }

    /** Whether the hypervisor has register pages: it can say which one this processor has. */
    private static boolean registerPages(Kernel kernel) {
        return !kernel.platform().hardware()
                && Hypercalls.getRegister(kernel, TargetVtl.CURRENT, RegisterName.REGISTER_PAGE)
                        .result()
                        .isSuccess();
    }

    /** On the VTL file. */
    static Outcome vtl(Call call, int request) {
        return switch (request) {
            case MshvIoctl.RETURN_TO_LOWER_VTL -> returnToLower(call);
            case MshvIoctl.GET_VP_REGISTERS -> registers(call, false);
            case MshvIoctl.SET_VP_REGISTERS -> registers(call, true);
            case MshvIoctl.ADD_VTL0_MEMORY -> {
                AddVtl0MemoryArgument range = call.user().read(AddVtl0MemoryArgument.CODEC, call.argument(2));
                if (range.endPfn() <= range.startPfn()) {
                    throw new LinuxError(Errno.EINVAL, "memory of the lower VTL");
                }
                yield Outcome.SUCCESS;
            }
            case MshvIoctl.PVALIDATE -> SnpRequests.pvalidate(call);
            case MshvIoctl.RMPADJUST -> SnpRequests.rmpadjust(call);
            case MshvIoctl.TDCALL -> TdxRequests.tdcall(call);
            case MshvIoctl.KICK_CPUS -> kick(call);
            case MshvIoctl.SET_POLL_FILE -> {
                call.user().check(call.argument(2), 8, false);
                yield Outcome.SUCCESS;
            }
            default -> throw new LinuxError(Errno.ENOTTY, "VTL file");
        };
    }

    private static Outcome returnToLower(Call call) {
        Kernel kernel = call.kernel();
        Processor self = kernel.self();
        boolean ready = kernel.platform().hardware()
                ? self.pages().lower() != 0
                : kernel.layout().vtlReturn() != 0;
        if (self.runPage() == 0 || !ready) {
            throw new LinuxError(Errno.EINVAL, "VTL return");
        }
        return new Outcome.Continue(LowerVtl.step(kernel.platform()));
    }

    /** Other CPUs look at their cancel words when the interrupt has brought them out of the lower VTL. */
    private static Outcome kick(Call call) {
        Kernel kernel = call.kernel();
        KickCpusArgument argument = call.user().read(KickCpusArgument.CODEC, call.argument(2));
        if (argument.length() < 0 || argument.length() > MAX_CPU_MASK) {
            throw new LinuxError(Errno.EINVAL, "CPU mask of " + argument.length() + " bytes");
        }
        Bytes mask = call.user().read(argument.mask(), argument.length());
        for (Processor processor : kernel.processors()) {
            int index = processor.index();
            boolean wanted = index / 8 < mask.size() && (mask.u8(index / 8) >> index % 8 & 1) != 0;
            if (!wanted || !processor.online()) {
                continue;
            }
            if ((argument.flags() & KickCpusArgument.CANCEL_RUN) != 0 && processor.runPage() != 0) {
                kernel.physical().writeU32(processor.runPage() + RunPage.CANCEL, 1);
            }
            if (index != kernel.self().index()) {
                Interrupts.reschedule(kernel, processor);
            }
        }
        return Outcome.SUCCESS;
    }

    private static Outcome registers(Call call, boolean set) {
        VpRegistersArgument argument = call.user().read(VpRegistersArgument.CODEC, call.argument(2));
        if (call.kernel().platform().hardware()) {
            throw new LinuxError(Errno.EINVAL, "registers that the hypervisor does not have");
        }
        if (argument.count() < 1 || argument.count() > MAX_REGISTERS) {
            throw new LinuxError(Errno.EINVAL, "register count " + argument.count());
        }
        for (int i = 0; i < argument.count(); i++) {
            long record = argument.regs() + (long) i * VpRegistersArgument.RECORD_BYTES;
            RegisterAssociation register = call.user().read(RegisterAssociation.CODEC, record);
            HypercallResult result;
            if (set) {
                result = Hypercalls.setRegister(call.kernel(), HvSelf.VP, LOWER, register.name(), register.value());
            } else {
                Hypercalls.RegisterResult read = Hypercalls.getRegister(call.kernel(), LOWER, register.name());
                result = read.result();
                if (result.isSuccess()) {
                    call.user().write(RegisterValue.CODEC, record + VpRegistersArgument.RECORD_VALUE, read.value());
                }
            }
            if (!result.isSuccess()) {
                throw new LinuxError(Errno.EINVAL, String.format("register 0x%08x: %s", register.name(), result));
            }
        }
        return Outcome.SUCCESS;
    }

    /** On {@code /dev/mshv_hvcall}. */
    static Outcome hypercalls(Call call, int request) {
        return switch (request) {
            case MshvIoctl.HYPERCALL_SETUP -> setUp(call);
            case MshvIoctl.HYPERCALL -> hypercall(call);
            default -> throw new LinuxError(Errno.ENOTTY, "/dev/mshv_hvcall");
        };
    }

    private static Outcome setUp(Call call) {
        OpenFile file = call.file(0);
        HypercallSetupArgument setup = call.user().read(HypercallSetupArgument.CODEC, call.argument(2));
        if (!file.attachment().isEmpty() || setup.bitmapBytes() < 1 || setup.bitmapBytes() > MAX_BITMAP) {
            throw new LinuxError(Errno.EINVAL, file.path());
        }
        Bytes bitmap = call.user().read(setup.bitmap(), setup.bitmapBytes());
        call.kernel().openFiles().put(call.fileNumber(0), file.with(Bytes.of(bitmap.toByteArray())));
        return Outcome.SUCCESS;
    }

    private static Outcome hypercall(Call call) {
        HypercallArgument argument = call.user().read(HypercallArgument.CODEC, call.argument(2));
        HypercallControl control = new HypercallControl(argument.control());
        Bytes allowed = call.file(0).attachment();
        if (control.code() / 8 >= allowed.size() || (allowed.u8(control.code() / 8) >> control.code() % 8 & 1) == 0) {
            throw new LinuxError(Errno.EPERM, String.format("hypercall 0x%04x", control.code()));
        }
        if (tooLong(argument.inputBytes()) || tooLong(argument.outputBytes()) || control.fast()) {
            throw new LinuxError(Errno.EINVAL, String.format("hypercall 0x%04x", control.code()));
        }
        Bytes input = call.user().read(argument.input(), argument.inputBytes());
        call.user().check(argument.output(), argument.outputBytes(), true);
        HypercallResult result = Hypercalls.call(call.kernel(), control, input);
        if (result.status() == HvStatus.SUCCESS || result.repsDone() > 0) {
            call.user().write(argument.output(), Hypercalls.output(call.kernel(), (int) argument.outputBytes()));
        }
        call.user()
                .write(
                        call.argument(2) + HypercallArgument.STATUS,
                        new ByteWriter().u64(result.value()).toBytes());
        return Outcome.SUCCESS;
    }

    private static boolean tooLong(long bytes) {
        return bytes < 0 || bytes > KernelMap.PAGE;
    }
}
