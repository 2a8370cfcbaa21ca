package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.RegisterAssociation;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.abi.hv.VpAssistPage;
import dev.igvmtool.abi.hv.VpRegistersHeader;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.linux.Syscall;
import dev.igvmtool.abi.mshv.HypercallArgument;
import dev.igvmtool.abi.mshv.MshvDevices;
import dev.igvmtool.abi.mshv.MshvIoctl;
import dev.igvmtool.abi.mshv.RunPage;
import dev.igvmtool.abi.mshv.VpRegistersArgument;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.ImageLayout;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.Step;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Just enough of a kernel to run the paravisor in a test: files with fixed content, the devices of the hypervisor
 * interface. Unlike a stage it keeps its state in Java, for nobody snapshots it.
 */
final class TestKernel implements Program {
    static final long DIRECT_MAP = 0xffff_8880_0000_0000L;
    static final long TEXT_GPA = 0x900_0000;
    static final long HYPERCALL_GPA = 0x900_1000;
    static final long ASSIST_GPA = 0x900_2000;
    static final long RUN_PAGE_GPA = 0x900_3000;
    static final long INPUT_GPA = 0x900_4000;
    static final long OUTPUT_GPA = 0x900_5000;

    /** Memory behind anonymous mappings. */
    private static final long ANONYMOUS_GPA = 0x8a0_0000;

    private static final long USER_CS_BASE = 0x23L << 48;
    private static final long KERNEL_CS = 0x10L << 32;
    private static final long NEXT_MAPPING = 0x7f00_0000_0000L;

    /** Name and read position of an open file. */
    private record OpenFile(String path, int position) {}

    private @Nullable TestPages pages;
    private final Map<String, Bytes> files;
    private final long userEntry;
    private final long userStack;
    private final Map<Long, OpenFile> open = new TreeMap<>();
    private final Map<Gpr, Long> user = new EnumMap<>(Gpr.class);
    private long nextMapping = NEXT_MAPPING;

    final List<String> log = new ArrayList<>();
    final Map<String, String> written = new TreeMap<>();
    long exitStatus = -1;

    TestKernel(Map<String, Bytes> files, long userEntry, long userStack) {
        this.files = files;
        this.userEntry = userEntry;
        this.userStack = userStack;
    }

    /** Page tables of the process, which need the machine first. */
    void use(TestPages tables) {
        pages = tables;
    }

    private TestPages pages() {
        return Objects.requireNonNull(pages);
    }

    @Override
    public String name() {
        return "test-kernel";
    }

    @Override
    public int number() {
        return 100;
    }

    @Override
    public ImageLayout layout() {
        return new ImageLayout(DIRECT_MAP + TEXT_GPA, 0, 4096, 4096);
    }

    @Override
    public List<Step> steps() {
        return List.of(
                Step.of("boot", this::boot),
                Step.of("system-call", this::systemCall),
                Step.of("vtl2-entered", this::vtl2Entered));
    }

    private void boot(Cpu cpu) {
        cpu.writeMsr(Msr.HV_GUEST_OS_ID, 1L << 63);
        cpu.writeMsr(Msr.HV_HYPERCALL, HYPERCALL_GPA | 1);
        cpu.writeMsr(Msr.HV_VP_ASSIST_PAGE, ASSIST_GPA | 1);
        cpu.writeMsr(Msr.STAR, USER_CS_BASE | KERNEL_CS);
        cpu.writeMsr(Msr.LSTAR, cpu.addressOf("system-call"));
        cpu.set(Gpr.RSP, userStack);
        cpu.set(Gpr.RCX, userEntry);
        cpu.set(Gpr.R11, 2);
        cpu.systemReturn();
    }

    private void systemCall(Cpu cpu) {
        Syscall call = Syscall.of(cpu.get(Gpr.RAX)).orElseThrow();
        long first = cpu.get(Gpr.RDI);
        long second = cpu.get(Gpr.RSI);
        long third = cpu.get(Gpr.RDX);
        switch (call) {
            case OPEN -> result(cpu, openFile(string(cpu, first)));
            case READ -> result(cpu, read(cpu, first, second, (int) third));
            case WRITE -> result(cpu, write(cpu, first, second, (int) third));
            case CLOSE -> result(cpu, open.remove(first) == null ? Errno.EBADF.result() : 0);
            case CLONE -> result(cpu, 8); // the thread exists, but is never run
            case GETPID -> result(cpu, 7);
            case LSEEK -> result(cpu, second);
            case MMAP -> result(cpu, map(first, second, cpu.get(Gpr.R8), cpu.get(Gpr.R9)));
            case MUNMAP -> {
                pages().unmap(first, second);
                result(cpu, 0);
            }
            case GETRANDOM -> result(cpu, second);
            case EXIT_GROUP -> {
                exitStatus = first;
                stop(cpu);
            }
            case FUTEX -> stop(cpu); // nobody is there to wake it
            case IOCTL -> ioctl(cpu, first, (int) second, third);
            default -> throw new AssertionError("system call " + call);
        }
    }

    private static void stop(Cpu cpu) {
        cpu.disableInterrupts();
        cpu.halt();
    }

    private void result(Cpu cpu, long value) {
        cpu.set(Gpr.RAX, value);
        cpu.systemReturn();
    }

    private long openFile(String path) {
        boolean device =
                path.startsWith("/dev/") && !path.startsWith("/dev/mshv_vtl_sidecar") && !path.equals(MshvDevices.SINT);
        if (!device && !files.containsKey(path) && !path.startsWith("/run/")) {
            return Errno.ENOENT.result();
        }
        long file = 3L + open.size();
        open.put(file, new OpenFile(path, 0));
        return file;
    }

    private long read(Cpu cpu, long file, long address, int size) {
        OpenFile from = file(file);
        Bytes content = files.getOrDefault(from.path, Bytes.EMPTY);
        int count = Math.min(Math.min(size, 0x1000), content.size() - from.position);
        cpu.memory().writeBytes(address, content.slice(from.position, count));
        open.put(file, new OpenFile(from.path, from.position + count));
        return count;
    }

    private long write(Cpu cpu, long file, long address, int size) {
        Bytes content = cpu.memory().readBytes(address, size);
        String path = file == 2 ? "stderr" : file(file).path;
        if (path.equals("/dev/kmsg")) {
            log.add(content.toUtf8());
        } else if (path.equals("/dev/port")) {
            cpu.out(0x3f8, 1, content.u8(0));
        }
        written.merge(path, content.toUtf8(), String::concat);
        return size;
    }

    private long map(long gva, long size, long file, long offset) {
        long target = gva;
        if (gva == 0) {
            target = nextMapping;
            nextMapping += size;
        }
        if (file == -1) {
            pages().mapUser(target, ANONYMOUS_GPA + target - NEXT_MAPPING, size);
            return target;
        }
        boolean runPage = file(file).path.equals("/dev/mshv#vtl");
        pages().mapUser(target, runPage ? RUN_PAGE_GPA : offset, size);
        return target;
    }

    private void ioctl(Cpu cpu, long file, int request, long argument) {
        switch (request) {
            case MshvIoctl.CREATE_VTL -> {
                long vtl = 3L + open.size();
                open.put(vtl, new OpenFile("/dev/mshv#vtl", 0));
                result(cpu, vtl);
            }
            case MshvIoctl.HYPERCALL_SETUP, MshvIoctl.ADD_VTL0_MEMORY -> result(cpu, 0);
            case MshvIoctl.HYPERCALL -> result(cpu, hypercall(cpu, argument));
            case MshvIoctl.SET_VP_REGISTERS -> result(cpu, setRegisters(cpu, argument));
            case MshvIoctl.RETURN_TO_LOWER_VTL -> returnToLowerVtl(cpu);
            default -> throw new AssertionError(String.format("ioctl 0x%08x on file %d", request, file));
        }
    }

    private long hypercall(Cpu cpu, long address) {
        HypercallArgument argument = cpu.memory().read(HypercallArgument.CODEC, address);
        Bytes input = cpu.memory().readBytes(argument.input(), (int) argument.inputBytes());
        cpu.memory().writeBytes(DIRECT_MAP + INPUT_GPA, input);
        long status = call(cpu, argument.control());
        Bytes output = cpu.memory().readBytes(DIRECT_MAP + OUTPUT_GPA, (int) argument.outputBytes());
        cpu.memory().writeBytes(argument.output(), output);
        cpu.memory().writeU64(address + HypercallArgument.STATUS, status);
        return 0;
    }

    private long setRegisters(Cpu cpu, long address) {
        VpRegistersArgument argument = cpu.memory().read(VpRegistersArgument.CODEC, address);
        VpRegistersHeader header = VpRegistersHeader.self(TargetVtl.explicit(0));
        cpu.memory().write(VpRegistersHeader.CODEC, DIRECT_MAP + INPUT_GPA, header);
        Bytes records =
                cpu.memory().readBytes(argument.regs(), (int) argument.count() * RegisterAssociation.CODEC.size());
        cpu.memory().writeBytes(DIRECT_MAP + INPUT_GPA + VpRegistersHeader.CODEC.size(), records);
        HypercallControl control = HypercallControl.rep(HypercallCode.SET_VP_REGISTERS, (int) argument.count());
        return (call(cpu, control.value()) & 0xffff) == 0 ? 0 : Errno.EIO.result();
    }

    private static long call(Cpu cpu, long control) {
        long rcx = cpu.get(Gpr.RCX);
        cpu.set(Gpr.RCX, control);
        cpu.set(Gpr.RDX, INPUT_GPA);
        cpu.set(Gpr.R8, OUTPUT_GPA);
        cpu.callHypercallPage(DIRECT_MAP + HYPERCALL_GPA);
        cpu.set(Gpr.RCX, rcx);
        return cpu.get(Gpr.RAX);
    }

    private void returnToLowerVtl(Cpu cpu) {
        RunPage run = new RunPage(cpu.memory(), DIRECT_MAP + RUN_PAGE_GPA);
        for (Gpr register : Gpr.values()) {
            user.put(register, cpu.get(register));
            if (register != Gpr.RSP) {
                cpu.set(register, run.gpr(register));
            }
        }
        VpAssistPage assist = new VpAssistPage(cpu.memory(), DIRECT_MAP + ASSIST_GPA);
        assist.setRax(run.gpr(Gpr.RAX));
        assist.setRcx(run.gpr(Gpr.RCX));
        cpu.set(Gpr.RCX, 0);
        cpu.callHypercallPage(DIRECT_MAP + HYPERCALL_GPA + 0x26);
    }

    private void vtl2Entered(Cpu cpu) {
        RunPage run = new RunPage(cpu.memory(), DIRECT_MAP + RUN_PAGE_GPA);
        for (Gpr register : Gpr.values()) {
            if (register != Gpr.RSP) {
                run.setGpr(register, cpu.get(register));
            }
            cpu.set(register, user.getOrDefault(register, 0L));
        }
        run.setExitMessage(new VpAssistPage(cpu.memory(), DIRECT_MAP + ASSIST_GPA).message());
        result(cpu, 0);
    }

    private OpenFile file(long number) {
        OpenFile file = open.get(number);
        if (file == null) {
            throw new AssertionError("file " + number + " is not open");
        }
        return file;
    }

    private static String string(Cpu cpu, long address) {
        StringBuilder text = new StringBuilder();
        for (long at = address; cpu.memory().readU8(at) != 0; at++) {
            text.append((char) cpu.memory().readU8(at));
        }
        return text.toString();
    }
}
