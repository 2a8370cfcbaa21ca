package dev.igvmtool.debugger.dap;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.debugger.Input;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.guest.Slot;
import dev.igvmtool.machine.memory.PhysicalMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.lsp4j.debug.DisassembledInstruction;
import org.eclipse.lsp4j.debug.DisassembledInstructionPresentationHint;
import org.eclipse.lsp4j.debug.ReadMemoryResponse;

/** Bytes of memory, and the code that they are: a slot of a stage is one instruction, any other byte is not decoded. */
final class Code {
    private static final int MAX_BYTES = 1 << 18;
    private static final int MAX_INSTRUCTIONS = 1 << 12;

    private final Machine machine;

    Code(Machine machine) {
        this.machine = machine;
    }

    /** As many bytes as can be read, and how many cannot. */
    ReadMemoryResponse read(MemoryReference from, int count, int stopped) {
        if (count < 0 || count > MAX_BYTES) {
            throw new IgvmToolException("cannot read " + count + " bytes at once, expected at most " + MAX_BYTES);
        }
        byte[] content = new byte[count];
        int done = 0;
        while (done < count) {
            long gpa = from.plus(done).gpa(machine);
            if (gpa < 0) {
                break;
            }
            int chunk = Math.min(count - done, leftInPage(gpa));
            machine.physicalMemory().read(gpa, content, done, chunk);
            done += chunk;
        }
        ReadMemoryResponse response = new ReadMemoryResponse();
        response.setAddress(from.text(stopped));
        response.setData(Base64.getEncoder().encodeToString(Arrays.copyOf(content, done)));
        if (done < count) {
            response.setUnreadableBytes(count - done);
        }
        return response;
    }

    private static int leftInPage(long gpa) {
        return PhysicalMemory.PAGE_SIZE - (int) (gpa & PhysicalMemory.PAGE_SIZE - 1);
    }

    /** Writes all bytes, or none and says where it cannot. */
    void write(MemoryReference to, Bytes content, Consumer<Input> apply) {
        List<Input> writes = new ArrayList<>();
        for (int done = 0; done < content.size(); ) {
            MemoryReference at = to.plus(done);
            long gpa = at.gpa(machine);
            if (gpa < 0) {
                throw new IgvmToolException(String.format("no memory at 0x%x", at.address()));
            }
            int chunk = Math.min(content.size() - done, leftInPage(gpa));
            writes.add(new Input.MemoryWrite(gpa, content.slice(done, chunk)));
            done += chunk;
        }
        writes.forEach(apply);
    }

    /** The step whose slot stands at an address. */
    Optional<String> stepAt(MemoryReference at) {
        long gpa = at.gpa(machine);
        boolean whole = gpa >= 0 && leftInPage(gpa) >= Slot.SIZE;
        return whole
                ? Slot.decode(machine.physicalMemory().readBytes(gpa, Slot.SIZE))
                        .flatMap(slot -> machine.partition()
                                .programs()
                                .find(slot.program())
                                .filter(entry -> slot.step() < entry.steps().size())
                                .map(entry -> entry.program().name() + "/"
                                        + entry.steps().get(slot.step()).name()))
                : Optional.empty();
    }

    /** @param skip instructions from the address on, or back from it */
    List<DisassembledInstruction> disassemble(MemoryReference from, int skip, int count, int stopped) {
        if (count < 0 || count > MAX_INSTRUCTIONS || Math.abs((long) skip) > MAX_INSTRUCTIONS) {
            throw new IgvmToolException("more than " + MAX_INSTRUCTIONS + " instructions");
        }
        MemoryReference at = from;
        for (int i = 0; i < skip; i++) {
            at = at.plus(sizeAt(at));
        }
        for (int i = 0; i > skip; i--) {
            at = at.plus(stepAt(at.plus(-Slot.SIZE)).isPresent() ? -Slot.SIZE : -1);
        }
        List<DisassembledInstruction> instructions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            instructions.add(instruction(at, stopped));
            at = at.plus(sizeAt(at));
        }
        return instructions;
    }

    private int sizeAt(MemoryReference at) {
        return stepAt(at).isPresent() ? Slot.SIZE : 1;
    }

    private DisassembledInstruction instruction(MemoryReference at, int stopped) {
        DisassembledInstruction instruction = new DisassembledInstruction();
        instruction.setAddress(at.vp().isPresent() ? String.format("0x%x", at.address()) : at.text(stopped));
        long gpa = at.gpa(machine);
        Optional<String> step = stepAt(at);
        if (gpa < 0) {
            instruction.setInstruction("(no memory)");
            instruction.setPresentationHint(DisassembledInstructionPresentationHint.INVALID);
        } else if (step.isPresent()) {
            instruction.setInstructionBytes(spaced(machine.physicalMemory().readBytes(gpa, Slot.SIZE)));
            instruction.setInstruction("step " + step.get());
        } else {
            instruction.setInstructionBytes(spaced(machine.physicalMemory().readBytes(gpa, 1)));
            instruction.setInstruction("(machine code is not decoded)");
        }
        return instruction;
    }

    private static String spaced(Bytes bytes) {
        return bytes.toHex().replaceAll("(..)(?=.)", "$1 ");
    }
}
