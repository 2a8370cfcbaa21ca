package dev.igvmtool.kernelstub.call;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.abi.linux.E820Entry;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.mshv.MshvIoctl;
import dev.igvmtool.abi.snp.RmpAdjust;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.kernelstub.fault.KernelPanic;
import dev.igvmtool.kernelstub.fault.LinuxError;
import dev.igvmtool.kernelstub.fs.Device;
import dev.igvmtool.kernelstub.fs.Inode;
import dev.igvmtool.kernelstub.host.Platform;
import dev.igvmtool.kernelstub.host.Validation;
import dev.igvmtool.kernelstub.hv.Hypercalls;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.OpenFile;
import dev.igvmtool.kernelstub.state.Processor;
import java.util.List;

/** Physical memory behind the mappings of devices. */
final class DeviceMemory {
    private static final long PHYSICAL_END = 1L << 52;

    private DeviceMemory() {}

    /** The ranges that a mapping of {@code file} shows, in order; none for regular files. */
    static List<GpaRange> ranges(Call call, OpenFile file, long offset, long size) {
        if (file.target() instanceof OpenFile.Target.VtlFile) {
            return List.of(vtlPage(call.kernel(), file, offset >>> 12, size));
        }
        if (!(file.target() instanceof OpenFile.Target.Node node)
                || !(call.kernel().files().inode(node.inode()) instanceof Inode.DeviceNode device)) {
            return List.of();
        }
        return switch (FileIo.device(call.kernel(), file).orElseThrow(() -> notMappable(file))) {
            case MEM -> List.of(reserved(call.kernel(), file, offset, size));
            case MSHV_VTL_LOW -> List.of(lower(call.kernel(), file, offset, size));
            case SIDECAR -> List.of(SidecarDevice.shared(call.kernel(), device, offset, size));
            case NULL, PORT, ZERO, RANDOM, URANDOM, KMSG, CONSOLE, TTYPRINTK, MSHV, MSHV_HVCALL, MSHV_SINT ->
                throw notMappable(file);
        };
    }

    /** True if a mapping shows the shared aliases of pages: memory of the lower VTL under isolation by hardware. */
    static boolean isShared(Call call, OpenFile file, long offset) {
        return (offset & MshvIoctl.VTL_LOW_SHARED) != 0
                && FileIo.device(call.kernel(), file)
                        .filter(Device.MSHV_VTL_LOW::equals)
                        .isPresent();
    }

    /** {@code /dev/mem} shows everything but the RAM that the kernel itself uses. */
    private static GpaRange reserved(Kernel kernel, OpenFile file, long offset, long size) {
        GpaRange range = physical(file, offset, size);
        for (E820Entry entry : kernel.handoff().memoryMap().entries()) {
            if (entry.type() == E820Entry.RAM && new GpaRange(entry.addr(), entry.end()).overlaps(range)) {
                throw new LinuxError(Errno.EPERM, file.path() + " " + range);
            }
        }
        return range;
    }

    /** Memory of the lower VTL: the offset is the GPA, with bit 63 its shared alias. */
    private static GpaRange lower(Kernel kernel, OpenFile file, long offset, long size) {
        long alias = 0;
        if ((offset & MshvIoctl.VTL_LOW_SHARED) != 0 && !kernel.platform().hardware()) {
            alias = BootTree.of(Fdt.parse(kernel.deviceTree())).vtl0AliasMap().orElse(0);
        }
        return physical(file, offset & ~MshvIoctl.VTL_LOW_SHARED | alias, size);
    }

    private static GpaRange vtlPage(Kernel kernel, OpenFile file, long page, long size) {
        int index = (int) (page & 0xffff);
        if (size != KernelMap.PAGE || index >= kernel.processors().size()) {
            throw new LinuxError(Errno.EINVAL, file.path());
        }
        Processor processor = kernel.processors().get(index);
        long kind = page - index;
        if (kind == MshvIoctl.RUN_PAGE_OFFSET) {
            if (processor.runPage() == 0) {
                processor = processor.withRunPage(kernel.clearedPage());
                kernel.put(processor);
            }
            return GpaRange.ofSize(processor.runPage(), KernelMap.PAGE);
        }
        if (kind == MshvIoctl.REGISTER_PAGE_OFFSET) {
            if (processor.registerPage() == 0) {
                processor = processor.withRegisterPage(registerPage(kernel, file, index));
                kernel.put(processor);
            }
            return GpaRange.ofSize(processor.registerPage(), KernelMap.PAGE);
        }
        boolean snp = kind == MshvIoctl.SAVE_AREA_OFFSET && kernel.platform() instanceof Platform.Snp;
        if (snp || kind == MshvIoctl.APIC_PAGE_OFFSET && kernel.platform() instanceof Platform.Td) {
            if (processor.pages().lower() == 0) {
                processor = processor.withLowerPage(snp ? saveArea(kernel) : kernel.clearedPage(), false);
                kernel.put(processor);
            }
            return GpaRange.ofSize(processor.pages().lower(), KernelMap.PAGE);
        }
        throw new LinuxError(Errno.EINVAL, file.path());
    }

    /** A page that is the save area of the lower VTL's VMPL; the user program fills it. */
    private static long saveArea(Kernel kernel) {
        long page = kernel.clearedPage();
        long code = Validation.rmpadjust(
                kernel.cpu(), KernelMap.direct(page), false, Platform.Snp.LOWER_VMPL | RmpAdjust.VMSA);
        if (code != 0) {
            throw new KernelPanic(String.format("page 0x%x cannot become a save area: %d", page, code));
        }
        return page;
    }

    private static long registerPage(Kernel kernel, OpenFile file, int vpIndex) {
        if (kernel.platform().hardware()) {
            throw new LinuxError(Errno.ENXIO, file.path());
        }
        long page = kernel.clearedPage();
        boolean set = Hypercalls.setRegister(
                        kernel, vpIndex, TargetVtl.CURRENT, RegisterName.REGISTER_PAGE, RegisterValue.of(page | 1))
                .isSuccess();
        if (!set) {
            throw new LinuxError(Errno.ENXIO, file.path());
        }
        return page;
    }

    private static GpaRange physical(OpenFile file, long offset, long size) {
        if (offset < 0 || offset > PHYSICAL_END - size) {
            throw new LinuxError(Errno.EINVAL, file.path());
        }
        return GpaRange.ofSize(offset, size);
    }

    private static LinuxError notMappable(OpenFile file) {
        return new LinuxError(Errno.ENODEV, file.path());
    }

    /** True if {@code device} is the one that makes VTL files. */
    static boolean isMshv(Kernel kernel, OpenFile file) {
        return FileIo.device(kernel, file).filter(Device.MSHV::equals).isPresent();
    }
}
