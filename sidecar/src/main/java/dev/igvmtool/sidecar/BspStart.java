package dev.igvmtool.sidecar;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.abi.hv.VsmCapabilities;
import dev.igvmtool.abi.sidecar.SidecarLimits;
import dev.igvmtool.abi.sidecar.SidecarNodeRecord;
import dev.igvmtool.abi.sidecar.SidecarOutput;
import dev.igvmtool.abi.sidecar.SidecarOutputNode;
import dev.igvmtool.abi.sidecar.SidecarParams;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import dev.igvmtool.sidecar.Statics.Place;
import java.util.List;

/** What the called VP does before others start: its own address space, its inputs, the tables, the nodes. */
final class BspStart {
    /** Registers that the calling convention leaves to the caller, in the order in which they are pushed. */
    static final List<Gpr> CALLEE_SAVED = List.of(Gpr.RBX, Gpr.RBP, Gpr.R12, Gpr.R13, Gpr.R14, Gpr.R15);

    private static final int CODE_OFFSET_SHIFT = 12;
    private static final int CODE_OFFSET_MASK = 0xfff;

    private BspStart() {}

    static List<Step> steps() {
        return List.of(
                Step.of("C01", "entry", BspStart::enter),
                Step.of("initialize-statics", BspStart::initializeStatics),
                Step.of("splice-page-tables", BspStart::splicePageTables),
                Step.of("C02", "own-address-space", BspStart::ownAddressSpace),
                Step.of("C03", "map-parameters", BspStart::mapParameters),
                Step.of("C04", "copy-hypercall-page", BspStart::copyHypercallPage),
                Step.of("C05", "fill-idt", Interrupts::fillIdt),
                Step.of("C06", "get-code-page-offsets", BspStart::getCodePageOffsets),
                Step.of("C07", "get-capabilities", BspStart::getCapabilities),
                Step.of("C08", "set-up-node", BspStart::setUpNode));
    }

    private static void enter(Cpu cpu) {
        CALLEE_SAVED.forEach(register -> cpu.push(cpu.get(register)));
        cpu.set(Gpr.RBX, 0);
        cpu.set(Gpr.R12, cpu.get(Gpr.RDI));
        cpu.set(Gpr.R13, cpu.get(Gpr.RSI));
        Statics statics = Statics.of(cpu);
        statics.clear();
        statics.setPhysicalBase(statics.base());
        statics.setCallerRsp(cpu.get(Gpr.RSP));
        statics.setCallerCr3(cpu.get(ControlRegister.CR3));
        if (statics.base() % AddressSpace.IMAGE_ALIGNMENT != 0) {
            throw Crash.panic(cpu, String.format("image at 0x%x does not start a large page", statics.base()));
        }
    }

    private static void initializeStatics(Cpu cpu) {
        Statics statics = Statics.of(cpu);
        StaticTables.write(statics);
        StartContext.writeGdt(statics);
    }

    private static void splicePageTables(Cpu cpu) {
        Statics statics = Statics.of(cpu);
        long entry = callerTableEntry(statics.callerCr3());
        statics.setCallerTableEntry(cpu.memory().readU64(entry));
        cpu.memory().writeU64(entry, statics.physical(Place.PDPT) | AddressSpace.TABLE);
        cpu.set(ControlRegister.CR3, statics.callerCr3());
        cpu.jump(AddressSpace.BASE + cpu.rip() - statics.physicalBase());
    }

    private static void ownAddressSpace(Cpu cpu) {
        long root = Statics.of(cpu).physical(Place.PML4);
        cpu.set(Gpr.RSP, AddressSpace.STACK_TOP);
        cpu.set(ControlRegister.CR3, root);
    }

    /** From here on R12 and R13 hold virtual addresses. */
    private static void mapParameters(Cpu cpu) {
        Statics.of(cpu).setCrashTextAllowed(true);
        cpu.set(Gpr.R12, AddressSpace.map(cpu, cpu.get(Gpr.R12)));
        cpu.set(Gpr.R13, AddressSpace.map(cpu, cpu.get(Gpr.R13)));
        Statics.of(cpu).setLogging(parameters(cpu).enableLogging());
    }

    /** The caller disables its own hypercall page later, so the sequences are needed here. */
    private static void copyHypercallPage(Cpu cpu) {
        long source = AddressSpace.map(cpu, parameters(cpu).hypercallPage());
        Bytes code = cpu.memory().readBytes(source, SidecarLimits.PAGE_BYTES);
        cpu.memory().writeBytes(Statics.of(cpu).address(Place.HYPERCALL_CODE), code);
        AddressSpace.unmap(cpu, source);
    }

    private static void getCodePageOffsets(Cpu cpu) {
        Hypercalls hypercalls = new Hypercalls(cpu);
        HypercallResult result = hypercalls.getRegister(TargetVtl.CURRENT, RegisterName.VSM_CODE_PAGE_OFFSETS);
        if (!result.isSuccess()) {
            fail(cpu, "failed to get the VSM code page offsets: " + HvStatus.nameOf(result.status()));
            return;
        }
        long offsets = hypercalls.registerValue().low();
        Statics.of(cpu).setVtlReturnOffset(offsets >>> CODE_OFFSET_SHIFT & CODE_OFFSET_MASK);
    }

    private static void getCapabilities(Cpu cpu) {
        Hypercalls hypercalls = new Hypercalls(cpu);
        HypercallResult result = hypercalls.getRegister(TargetVtl.CURRENT, RegisterName.VSM_CAPABILITIES);
        if (!result.isSuccess()) {
            fail(cpu, "failed to get the VSM capabilities: " + HvStatus.nameOf(result.status()));
            return;
        }
        Statics.of(cpu).setDr6Shared((hypercalls.registerValue().low() & VsmCapabilities.DR6_SHARED) != 0);
        cpu.set(Gpr.R14, 0);
    }

    /** One node for each run of the step, by R14. */
    private static void setUpNode(Cpu cpu) {
        SidecarParams parameters = parameters(cpu);
        int index = (int) cpu.get(Gpr.R14);
        if (index < parameters.nodes().size()) {
            SidecarNodeRecord record = parameters.nodes().get(index);
            NodeLayout node = new NodeLayout(record.memoryBase(), record.baseVp(), record.vpCount());
            if (Long.compareUnsigned(record.memorySize(), node.requiredBytes()) < 0) {
                fail(
                        cpu,
                        String.format(
                                "memory of node %d is too small: 0x%x bytes required, 0x%x given",
                                index, node.requiredBytes(), record.memorySize()));
                return;
            }
            NodeStart.write(cpu, parameters, index, node);
            writeOutput(cpu.memory(), cpu.get(Gpr.R13), index, node.output());
            Statics.of(cpu).setNode(index, node);
            Console.log(cpu, "node " + index + " has " + node.vpCount() + " VPs from VP " + node.baseVp());
            index++;
            cpu.set(Gpr.R14, index);
            cpu.jumpTo("set-up-node");
        }
        if (index == parameters.nodes().size()) {
            Statics.of(cpu).setNodeCount(index);
            cpu.set(Gpr.R14, 0);
            cpu.jumpTo(FanOut.CLAIM);
        }
    }

    private static void writeOutput(Memory memory, long outputPage, int index, SidecarOutputNode node) {
        long offset = SidecarOutput.NODES + (long) index * SidecarOutputNode.CODEC.size();
        memory.write(SidecarOutputNode.CODEC, outputPage + offset, node);
    }

    private static SidecarParams parameters(Cpu cpu) {
        try {
            return cpu.memory().read(SidecarParams.CODEC, cpu.get(Gpr.R12));
        } catch (FormatException e) {
            throw Crash.panic(cpu, String.valueOf(e.getMessage()));
        }
    }

    private static void fail(Cpu cpu, String text) {
        BspReturn.writeError(cpu, text);
        cpu.set(Gpr.R15, BspReturn.FAILURE);
        cpu.jumpTo(BspReturn.UNMAP);
    }

    /** Address of the entry that covers the image's addresses, on the caller's identity map. */
    static long callerTableEntry(long cr3) {
        return (cr3 & PageTableEntry.ADDRESS_MASK) + (long) AddressSpace.PML4_INDEX * Long.BYTES;
    }
}
