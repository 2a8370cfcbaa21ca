package dev.igvmtool.cli.coverage;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.abi.shim.BootLogBuffer;
import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.host.worker.VirtualMachine;
import dev.igvmtool.kernelstub.KernelMessages;
import dev.igvmtool.kernelstub.KernelStub;
import dev.igvmtool.machine.bus.Serial;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.memory.PartitionMemory;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.PartitionState;
import dev.igvmtool.machine.vp.RunState;
import dev.igvmtool.machine.vp.Vp;
import dev.igvmtool.machine.vp.VtlState;

/**
 * What the guest has at a moment: memory, registers, logs. Places of the shim are given by their distance from its base, as
 * they are in a release build of the real one, which the README of the hand-over data lists.
 *
 * @param shimBase lowest address of the shim
 * @param paramsGpa address of its parameters
 */
record Guest(VirtualMachine vm, long shimBase, long paramsGpa) {
    static final long ENTRY = 0x1_6000;
    static final int PAGE = PhysicalMemory.PAGE_SIZE;

    /** Bits of an entry that are an address on every platform. */
    private static final long TABLE_MASK = 0x7fff_ffff_f000L;

    /** The guest before its first step, with RSI and RIP as the host set them. */
    static Guest before(VirtualMachine vm) {
        Vp boot = vm.machine().vp(0);
        long base = boot.rip() - ENTRY;
        return new Guest(vm, base, base + boot.state().gpr(boot.vtl(), Gpr.RSI));
    }

    PhysicalMemory memory() {
        return vm.machine().physicalMemory();
    }

    /** Memory with what platform and hypervisor know of it. */
    PartitionMemory pages() {
        return vm.machine().partition().memory();
    }

    PartitionState partition() {
        return vm.machine().partition().state();
    }

    Vp boot() {
        return vm.machine().vp(0);
    }

    /** Registers of the boot processor in VTL2. */
    VtlState registers() {
        return boot().state().vtl(2);
    }

    /** A general register of the boot processor in VTL2. */
    long register(Gpr register) {
        return boot().state().gpr(2, register);
    }

    ShimParams params() {
        return memory().read(ShimParams.CODEC, paramsGpa);
    }

    /** Address of what stands this far into the shim. */
    long at(long offset) {
        return shimBase + offset;
    }

    long u32(long offset) {
        return memory().readU32(at(offset));
    }

    long u64(long offset) {
        return memory().readU64(at(offset));
    }

    /** Address of a page of the parameter region. */
    long parameterPage(int page) {
        return at(params().parameterRegionOffset()) + (long) page * PAGE;
    }

    long deviceTree() {
        return parameterPage(ParameterRegion.DEVICE_TREE_PAGE);
    }

    PageState state(long gpa) {
        return pages().pageState(gpa / PAGE);
    }

    /** Text in the log buffer of the shim; nothing before there is a log. */
    String log() {
        ShimParams params = params();
        long size = params.logBufferSize();
        BootLogBuffer log = new BootLogBuffer(memory(), at(params.logBufferStart()));
        return log.capacity() == 0 || log.capacity() > size
                ? ""
                : log.text(size).toUtf8();
    }

    /** What VTL2 has printed. */
    String serial() {
        return vm.vtl2Console().map(Serial::text).orElse(Bytes.EMPTY).toUtf8();
    }

    /** What VTL0 has printed. */
    String guestSerial() {
        return vm.guestConsole().text().toUtf8();
    }

    /** Log of VTL2's kernel, with what its processes have written to it. */
    String kernelLog() {
        return partition()
                .keptBy(new KernelStub().number())
                .map(kept -> KernelMessages.of(kept, memory()))
                .orElse("");
    }

    /** Crash register of VTL2: 0 to 4 for P0 to P4, 5 for the control word. */
    long crash(int register) {
        return partition().crash[PartitionState.crashIndex(2, register)];
    }

    boolean stopped() {
        return boot().runState() == RunState.STOPPED;
    }

    /** Address of the entry that maps a virtual address in the tables of the boot processor, whatever its size. */
    long entryOf(long gva) {
        long table = registers().cr3 & TABLE_MASK;
        for (int shift = 39; ; shift -= 9) {
            long at = table + (gva >>> shift & 0x1ff) * Long.BYTES;
            PageTableEntry entry = new PageTableEntry(memory().readU64(at));
            // An empty entry on the level of large pages is one that the shim has emptied.
            if (entry.large() || !entry.present() || shift == 12) {
                return at;
            }
            table = entry.value() & TABLE_MASK;
        }
    }
}
