package dev.igvmtool.abi.mshv;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.tdx.L2EnterGuestState;
import java.util.List;

/**
 * {@code tdx_vp_context}: in a trust domain, what the {@link RunPage} has in place of the registers of the lower VTL. A
 * view; each accessor is one access.
 *
 * @param memory where the run page is
 * @param page first byte of the run page
 */
public record TdxRunContext(Memory memory, long page) {
    /** Registers that an exit tells: RAX, RCX, RDX, RSI, RDI, R8 to R13. */
    public static final int EXIT_REGISTERS = 11;

    private static final int STATE = 136;
    private static final int GUEST_STATE = 240;
    private static final int FX_STATE = 496;

    /** Registers that a lower VTL shares with this one, in the order of the structure. */
    public enum Shared {
        KERNEL_GS_BASE,
        STAR,
        LSTAR,
        SFMASK,
        XSS,
        CR2,
        TSC_AUX
    }

    private long at(int offset) {
        return page + RunPage.CPU_CONTEXT + offset;
    }

    /** What the last exit told. */
    public List<Long> exit() {
        Long[] values = new Long[EXIT_REGISTERS];
        for (int i = 0; i < values.length; i++) {
            values[i] = memory.readU64(at(i * Long.BYTES));
        }
        return List.of(values);
    }

    /** Stores what an exit tells. */
    public void setExit(int index, long value) {
        memory.writeU64(at(index * Long.BYTES), value);
    }

    /** A register that the lower VTL shares with this one. */
    public long get(Shared register) {
        return memory.readU64(at(STATE + register.ordinal() * Long.BYTES));
    }

    /** Sets a register that the lower VTL shares with this one. */
    public void set(Shared register, long value) {
        memory.writeU64(at(STATE + register.ordinal() * Long.BYTES), value);
    }

    /** General registers, RIP and RFLAGS of the lower VTL. */
    public L2EnterGuestState guestState() {
        return new L2EnterGuestState(memory, at(GUEST_STATE));
    }

    /** Address of the FXSAVE image, 512 bytes. */
    public long fxState() {
        return at(FX_STATE);
    }
}
