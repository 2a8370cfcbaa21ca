package dev.igvmtool.cli.boot;

import dev.igvmtool.abi.arm.SystemRegister;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.E820Entry;
import dev.igvmtool.abi.linux.SetupData;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.cli.boot.Handoff.Register;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.machine.vp.ArmState;
import dev.igvmtool.machine.vp.Vp;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the carriers of the hand-over to the kernel, as the kernel would: RSI, the zero page, the chain of
 * {@code setup_data}; on AArch64 X0 and the device tree. The shim's memory is mapped one to one, so addresses are guest
 * physical.
 */
final class HandoffReader {
    private static final int MAX_CHAIN = 64;
    private static final int MAX_COMMAND_LINE = 0x2000;
    private static final int FDT_TOTAL_SIZE = 4;
    private static final int ARGUMENTS = 4;

    private final Memory memory;
    private final List<E820Entry> e820 = new ArrayList<>();
    private long treeGpa;
    private Optional<Bytes> tree = Optional.empty();

    private HandoffReader(Memory memory) {
        this.memory = memory;
    }

    /** The hand-over that a VP is about to make. */
    static Handoff read(Vp vp) {
        Memory memory = vp.partition().physical();
        return vp.partition().architecture() == Architecture.AARCH64
                ? new HandoffReader(memory).readAarch64(vp)
                : new HandoffReader(memory).read(vp.rip(), vp.get(Gpr.RSI));
    }

    private Handoff readAarch64(Vp vp) {
        List<Register> registers = new ArrayList<>();
        registers.add(new Register("PC", vp.rip()));
        for (int i = 0; i < ARGUMENTS; i++) {
            registers.add(new Register("X" + i, vp.state().x(i)));
        }
        ArmState arm = vp.state().active().arm();
        registers.add(new Register("SP", arm.sp));
        registers.add(new Register("PSTATE", arm.pstate));
        for (SystemRegister name : List.of(
                SystemRegister.SCTLR_EL1,
                SystemRegister.VBAR_EL1,
                SystemRegister.TTBR0_EL1,
                SystemRegister.TCR_EL1,
                SystemRegister.MAIR_EL1)) {
            registers.add(new Register(name.name(), arm.get(name)));
        }
        treeGpa = vp.state().x(0);
        takeTree(Integer.MAX_VALUE);
        return new Handoff(
                registers,
                Optional.empty(),
                treeGpa,
                tree,
                tree.map(this::bootargs).orElse(Bytes.EMPTY));
    }

    private Bytes bootargs(Bytes blob) {
        try {
            return BootTree.of(Fdt.parse(blob))
                    .arm()
                    .map(machine -> Bytes.utf8(machine.bootargs()))
                    .orElse(Bytes.EMPTY);
        } catch (FormatException notReadable) {
            // The kernel will say so.
            return Bytes.EMPTY;
        }
    }

    private Handoff read(long rip, long rsi) {
        BootParams params = memory.read(BootParams.CODEC, rsi);
        e820.addAll(params.e820Table());
        long next = params.setupData();
        for (int i = 0; next != 0 && i < MAX_CHAIN; i++) {
            SetupData header = memory.read(SetupData.CODEC, next);
            take(header, next + SetupData.CODEC.size());
            next = header.next();
        }
        return new Handoff(
                List.of(new Register("RIP", rip), new Register("RSI", rsi)),
                Optional.of(new Handoff.ZeroPage(rsi, params.page(), e820)),
                treeGpa,
                tree,
                commandLine(params.cmdLinePtr()));
    }

    private void take(SetupData header, long content) {
        if (header.type() == SetupData.DTB) {
            treeGpa = content;
            takeTree(header.len());
        } else if (header.type() == SetupData.E820_EXT) {
            int entryBytes = E820Entry.CODEC.size();
            for (long offset = 0; offset + entryBytes <= header.len(); offset += entryBytes) {
                e820.add(memory.read(E820Entry.CODEC, content + offset));
            }
        }
    }

    private void takeTree(long limit) {
        long size = Integer.toUnsignedLong(memory.readBytes(treeGpa, 8)
                .asBuffer()
                .order(ByteOrder.BIG_ENDIAN)
                .getInt(FDT_TOTAL_SIZE));
        tree = Optional.of(memory.readBytes(treeGpa, (int) Math.min(size, limit)));
    }

    private Bytes commandLine(long gpa) {
        Bytes text = memory.readBytes(gpa, MAX_COMMAND_LINE);
        int length = 0;
        while (length < text.size() && text.u8(length) != 0) {
            length++;
        }
        return text.slice(0, length);
    }
}
