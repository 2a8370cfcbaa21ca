package dev.igvmtool.kernelstub.call;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.linux.LinuxIoctl;
import dev.igvmtool.kernelstub.fault.LinuxError;
import dev.igvmtool.kernelstub.fs.Device;
import dev.igvmtool.kernelstub.fs.Inode;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.OpenFile;

/** Time, limits, random numbers, modules, requests to devices. */
final class MiscCalls {
    private static final int RLIMIT_NOFILE = 7;
    private static final long DEFAULT_FILES = 1024;
    private static final int MAX_RANDOM = 256 * 1024;

    private MiscCalls() {}

    static Outcome clockGetTime(Call call) {
        if (call.word(0) < 0 || call.word(0) > 11) {
            throw new LinuxError(Errno.EINVAL, "clock " + call.word(0));
        }
        long now = call.kernel().uptime();
        call.user()
                .write(
                        call.argument(1),
                        new ByteWriter()
                                .u64(now / 1_000_000_000)
                                .u64(now % 1_000_000_000)
                                .toBytes());
        return Outcome.SUCCESS;
    }

    static Outcome getRandom(Call call) {
        int count = (int) Math.min(Math.max(call.argument(1), 0), MAX_RANDOM);
        call.user().write(call.argument(0), call.kernel().random(count));
        return new Outcome.Done(count);
    }

    /** Limits are remembered for the files of a process only as a setting that the log shows. */
    static Outcome prlimit(Call call) {
        Kernel kernel = call.kernel();
        if (call.word(1) != RLIMIT_NOFILE) {
            throw new LinuxError(Errno.EINVAL, "limit " + call.word(1));
        }
        String name = "rlimit/" + (call.word(0) == 0 ? call.process().group() : call.word(0)) + "/nofile";
        if (call.argument(3) != 0) {
            String[] limits = kernel.settings()
                    .getOrDefault(name, DEFAULT_FILES + " " + DEFAULT_FILES)
                    .split(" ", -1);
            call.user()
                    .write(
                            call.argument(3),
                            new ByteWriter()
                                    .u64(Long.parseUnsignedLong(limits[0]))
                                    .u64(Long.parseUnsignedLong(limits[1]))
                                    .toBytes());
        }
        if (call.argument(2) != 0) {
            long soft = call.user().readU64(call.argument(2));
            long hard = call.user().readU64(call.argument(2) + Long.BYTES);
            if (Long.compareUnsigned(soft, hard) > 0) {
                throw new LinuxError(Errno.EINVAL, "limit");
            }
            kernel.settings().put(name, Long.toUnsignedString(soft) + " " + Long.toUnsignedString(hard));
        }
        return Outcome.SUCCESS;
    }

    /** A module is not run: the log says that it was given, and with which parameters. */
    static Outcome finitModule(Call call) {
        OpenFile file = call.file(0);
        String parameters = call.text(1);
        if (call.word(2) != 0) {
            throw new LinuxError(Errno.EINVAL, file.path());
        }
        if (!(file.target() instanceof OpenFile.Target.Node node)
                || !(call.kernel().files().inode(node.inode()) instanceof Inode.RegularFile)) {
            throw new LinuxError(Errno.EINVAL, file.path());
        }
        String name = file.path()
                .substring(file.path().lastIndexOf('/') + 1)
                .replace(".ko", "")
                .replace('-', '_');
        call.kernel().settings().put("module/" + name, parameters);
        call.kernel().log(Kernel.INFO, "module " + name + " loaded" + (parameters.isEmpty() ? "" : ": " + parameters));
        return Outcome.SUCCESS;
    }

    static Outcome ioctl(Call call) {
        OpenFile file = call.file(0);
        int request = call.word(1);
        if (file.target() instanceof OpenFile.Target.VtlFile) {
            return MshvDevice.vtl(call, request);
        }
        Device device = FileIo.device(call.kernel(), file).orElseThrow(() -> new LinuxError(Errno.ENOTTY, file.path()));
        return switch (device) {
            case RANDOM, URANDOM -> addEntropy(call, request);
            case MSHV -> MshvDevice.mshv(call, request);
            case MSHV_HVCALL -> MshvDevice.hypercalls(call, request);
            case SIDECAR -> sidecar(call, file, request);
            case MSHV_SINT -> SintDevice.ioctl(call, request);
            case NULL, PORT, ZERO, MEM, KMSG, CONSOLE, TTYPRINTK, MSHV_VTL_LOW ->
                throw new LinuxError(Errno.ENOTTY, file.path());
        };
    }

    private static Outcome sidecar(Call call, OpenFile file, int request) {
        if (file.target() instanceof OpenFile.Target.Node node
                && call.kernel().files().inode(node.inode()) instanceof Inode.DeviceNode device) {
            return SidecarDevice.ioctl(call, device, request);
        }
        throw new LinuxError(Errno.ENOTTY, file.path());
    }

    private static Outcome addEntropy(Call call, int request) {
        if (request != LinuxIoctl.RNDADDENTROPY) {
            throw new LinuxError(Errno.EINVAL, "random");
        }
        long bits = call.user().readU32(call.argument(2));
        long count = call.user().readU32(call.argument(2) + 4);
        if (bits > count * 8 || count > 4096) {
            throw new LinuxError(Errno.EINVAL, "random");
        }
        Bytes content = call.user().read(call.argument(2) + 8, count);
        call.kernel().mix(content);
        call.kernel().log(Kernel.DEBUG, "random: " + count + " bytes added, " + bits + " bits credited");
        return Outcome.SUCCESS;
    }
}
