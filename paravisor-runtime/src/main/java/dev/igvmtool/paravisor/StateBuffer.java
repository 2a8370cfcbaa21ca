package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.paravisor.saved.SavedUnits;
import java.util.Optional;

/** The saved state in the program's data: received at the start, made anew for a servicing. */
record StateBuffer(ParavisorProcess process) {
    /** Bytes that it may have. */
    static final int BYTES = 0x4_0000;

    void clear() {
        process.set(Variable.SAVED_SIZE, 0);
    }

    void append(Bytes content) {
        int size = process.getInt(Variable.SAVED_SIZE);
        if (content.size() > BYTES - size) {
            throw new ParavisorFailure("saved state is larger than " + BYTES + " bytes");
        }
        process.cpu().memory().writeBytes(process.at(DataLayout.STATE) + size, content);
        process.set(Variable.SAVED_SIZE, size + content.size());
    }

    Bytes content() {
        return process.read(DataLayout.STATE, process.getInt(Variable.SAVED_SIZE));
    }

    /** True if this instance goes on with the state of an earlier one. */
    boolean isRestored() {
        return process.get(Variable.RESTORED) != 0;
    }

    /** State of a unit that an earlier instance left. */
    Optional<Bytes> restored(String unit) {
        return isRestored() ? SavedUnits.decode(content()).find(unit) : Optional.empty();
    }
}
