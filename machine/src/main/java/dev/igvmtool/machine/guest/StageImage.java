package dev.igvmtool.machine.guest;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.elf.ElfHeader;
import dev.igvmtool.abi.elf.ElfWriter;
import dev.igvmtool.abi.elf.ProgramHeader;
import dev.igvmtool.abi.elf.Symbol;
import dev.igvmtool.abi.linux.ArmImageHeader;

/**
 * The executable of a {@link Program}: an ELF file whose text is one slot per step, followed by writable memory that is
 * zero in the file. Linked at 0 it is position independent, otherwise it is linked to its address.
 */
public final class StageImage {
    private static final long BRANCH = 0x1400_0000L;
    private static final long BRANCH_DISTANCE = 0x3ff_ffff;

    private StageImage() {}

    /** The executable, to be placed and mapped as any other. */
    public static Bytes elf(Program program) {
        ImageLayout layout = program.layout();
        Bytes slots = slots(program);
        if (layout.entryOffset() + slots.size() > layout.dataOffset()) {
            throw new IllegalArgumentException(String.format(
                    "the %d steps of %s do not fit below 0x%x",
                    program.steps().size(), program.name(), layout.dataOffset()));
        }
        long base = layout.linkAddress();
        Bytes text =
                new ByteWriter().zeros((int) layout.entryOffset()).bytes(slots).toBytes();
        ElfWriter elf = new ElfWriter(
                base == 0 ? ElfHeader.ET_DYN : ElfHeader.ET_EXEC, machine(program), base + layout.entryOffset());
        elf.load(base, ProgramHeader.PF_R | ProgramHeader.PF_X, text, layout.dataOffset());
        if (layout.sizeBytes() > layout.dataOffset()) {
            elf.load(
                    base + layout.dataOffset(),
                    ProgramHeader.PF_R | ProgramHeader.PF_W,
                    Bytes.EMPTY,
                    layout.sizeBytes() - layout.dataOffset());
        }
        for (int i = 0; i < program.steps().size(); i++) {
            long address = base + layout.entryOffset() + (long) i * Slot.SIZE;
            elf.symbol(new Symbol(program.steps().get(i).name(), address, Slot.SIZE, Symbol.STT_FUNC));
        }
        return elf.toBytes();
    }

    /**
     * A kernel for AArch64 as boot loaders want it: a flat image whose header begins with a branch to the first slot, which
     * follows the header.
     */
    public static Bytes arm64Image(Program program) {
        ImageLayout layout = program.layout();
        int headerBytes = ArmImageHeader.CODEC.size();
        if (layout.entryOffset() != headerBytes) {
            throw new IllegalArgumentException("the first step of " + program.name() + " is not behind the header");
        }
        long flags = ArmImageHeader.PAGES_4K << ArmImageHeader.PAGE_SIZE_SHIFT | ArmImageHeader.ANYWHERE;
        ByteWriter writer = new ByteWriter();
        ArmImageHeader.CODEC.write(
                writer,
                new ArmImageHeader(
                        branch(headerBytes), 0, 0, layout.sizeBytes(), flags, 0, 0, 0, ArmImageHeader.MAGIC, 0));
        return writer.bytes(slots(program)).toBytes();
    }

    /** The instruction B of AArch64, which continues {@code distance} bytes away, a multiple of 4. */
    public static long branch(long distance) {
        return BRANCH | distance >> 2 & BRANCH_DISTANCE;
    }

    private static int machine(Program program) {
        return switch (program.architecture()) {
            case X64 -> ElfHeader.EM_X86_64;
            case AARCH64 -> ElfHeader.EM_AARCH64;
        };
    }

    /** The slots of all steps with the program's constants: what stands at the entry point. */
    public static Bytes slots(Program program) {
        return slots(program, program.constants());
    }

    /**
     * The slots of all steps, to be put in place of the code of a real executable.
     *
     * @param constants in place of {@link Program#constants}
     */
    public static Bytes slots(Program program, Bytes constants) {
        ByteWriter writer = new ByteWriter();
        for (int i = 0; i < program.steps().size(); i++) {
            writer.bytes(new Slot(program.number(), i).encode(program.architecture()));
        }
        return writer.bytes(constants).toBytes();
    }
}
