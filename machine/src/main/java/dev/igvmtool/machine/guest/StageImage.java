package dev.igvmtool.machine.guest;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.elf.ElfHeader;
import dev.igvmtool.abi.elf.ElfWriter;
import dev.igvmtool.abi.elf.ProgramHeader;
import dev.igvmtool.abi.elf.Symbol;

/**
 * The executable of a {@link Program}: an ELF file whose text is one slot per step, followed by writable memory that is
 * zero in the file. Linked at 0 it is position independent, otherwise it is linked to its address.
 */
public final class StageImage {
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
