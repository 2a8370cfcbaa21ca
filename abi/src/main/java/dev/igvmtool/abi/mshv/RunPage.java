package dev.igvmtool.abi.mshv;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.binary.StructLayout;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.x64.Gpr;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * {@code hcl_run}, one page per VP: kernel and user program exchange the lower VTL's registers and exit messages here.
 * A view; each accessor is exactly one access.
 *
 * @param memory where the page is
 * @param gva first byte of the page
 */
public record RunPage(Memory memory, long gva) {
    public static final int CANCEL = 0x000;
    public static final int RETURN_ACTION_BYTES = 0x004;
    public static final int FLAGS = 0x008;
    public static final int SCAN_PROXY_IRR = 0x00c;
    public static final int OFFLOAD_FLAGS = 0x00d;
    public static final int ENTER_MODE = 0x00f;
    public static final int EXIT_MESSAGE = 0x010;
    public static final int CPU_CONTEXT = 0x110;
    public static final int RETURN_ACTIONS = 0x510;
    public static final int PROXY_IRR = 0x610;
    public static final int TARGET_VTL = 0x630;

    /** Bytes of the exit message. */
    public static final int EXIT_MESSAGE_BYTES = 256;
    /** Flag of {@link #FLAGS}: the lower VTL has halted. */
    public static final int FLAG_HALTED = 1;

    /** FXSAVE image in the CPU context, after the sixteen registers. */
    private static final int FX_STATE = 0x80;

    /** Bytes of the CPU context that mean something: the sixteen registers and the FXSAVE image. */
    public static final int CPU_CONTEXT_BYTES = 0x280;

    private static final int PAGE_BYTES = 0x1000;
    private static final int FX_STATE_BYTES = 512;

    /** Where the fields lie. */
    public static StructLayout layout() {
        List<StructLayout.Field> fields = new ArrayList<>(List.of(
                StructLayout.Field.integer("cancel", CANCEL, 4),
                StructLayout.Field.integer("vtl_ret_action_size", RETURN_ACTION_BYTES, 4),
                StructLayout.Field.integer("flags", FLAGS, 4),
                StructLayout.Field.integer("scan_proxy_irr", SCAN_PROXY_IRR, 1),
                StructLayout.Field.integer("offload_flags", OFFLOAD_FLAGS, 1),
                StructLayout.Field.integer("mode", ENTER_MODE, 1),
                StructLayout.Field.structure(
                        "exit_message", EXIT_MESSAGE, HvMessage.CODEC.layout().orElseThrow())));
        for (Gpr register : Gpr.values()) {
            String name = register == Gpr.RSP ? "cr2" : register.name().toLowerCase(Locale.ROOT);
            fields.add(StructLayout.Field.integer(
                    "cpu_context." + name, CPU_CONTEXT + register.ordinal() * Long.BYTES, Long.BYTES));
        }
        fields.add(StructLayout.Field.bytes("cpu_context.fx_state", CPU_CONTEXT + FX_STATE, FX_STATE_BYTES));
        fields.add(StructLayout.Field.bytes("vtl_ret_actions", RETURN_ACTIONS, EXIT_MESSAGE_BYTES));
        fields.add(StructLayout.Field.bytes("proxy_irr", PROXY_IRR, TARGET_VTL - PROXY_IRR));
        fields.add(StructLayout.Field.integer("target_vtl", TARGET_VTL, 1));
        return new StructLayout("hcl_run", PAGE_BYTES, fields);
    }

    /** The registers that the VTLs share, as {@link #CPU_CONTEXT_BYTES}. */
    public Bytes cpuContext() {
        return memory.readBytes(gva + CPU_CONTEXT, CPU_CONTEXT_BYTES);
    }

    /** Sets the registers that the VTLs share; content that is shorter ends in zeros. */
    public void setCpuContext(Bytes content) {
        memory.writeBytes(gva + CPU_CONTEXT, content.paddedTo(CPU_CONTEXT_BYTES));
    }

    /** Not zero: the next return to the lower VTL comes back at once. */
    public long cancel() {
        return memory.readU32(gva + CANCEL);
    }

    /** Sets or clears the cancel word. */
    public void setCancel(long value) {
        memory.writeU32(gva + CANCEL, value);
    }

    /** Flag word. */
    public long flags() {
        return memory.readU32(gva + FLAGS);
    }

    /** Sets the flag word. */
    public void setFlags(long value) {
        memory.writeU32(gva + FLAGS, value);
    }

    /** How the lower VTL is entered: mode of the first entry in the low nibble, of later ones in the high nibble. */
    public void setEnterMode(int value) {
        memory.writeU8(gva + ENTER_MODE, value);
    }

    /** VTL that is entered next. */
    public int targetVtl() {
        return memory.readU8(gva + TARGET_VTL);
    }

    /** Sets the VTL that is entered next. */
    public void setTargetVtl(int vtl) {
        memory.writeU8(gva + TARGET_VTL, vtl);
    }

    /** Message of the last exit ({@code HV_MESSAGE}, 256 bytes). */
    public Bytes exitMessage() {
        return memory.readBytes(gva + EXIT_MESSAGE, EXIT_MESSAGE_BYTES);
    }

    /** Stores the message of an exit. */
    public void setExitMessage(Bytes message) {
        memory.writeBytes(gva + EXIT_MESSAGE, message);
    }

    /**
     * A general-purpose register of the lower VTL. The slot of RSP holds CR2, for RSP is private to each VTL.
     *
     * @see #cr2()
     */
    public long gpr(Gpr register) {
        return memory.readU64(slot(register));
    }

    /** Sets a general-purpose register of the lower VTL. */
    public void setGpr(Gpr register, long value) {
        memory.writeU64(slot(register), value);
    }

    /** CR2 of the lower VTL. */
    public long cr2() {
        return memory.readU64(gva + CPU_CONTEXT + Gpr.RSP.ordinal() * 8L);
    }

    /** Sets CR2 of the lower VTL. */
    public void setCr2(long value) {
        memory.writeU64(gva + CPU_CONTEXT + Gpr.RSP.ordinal() * 8L, value);
    }

    /** Address of the FXSAVE image, 512 bytes. */
    public long fxState() {
        return gva + CPU_CONTEXT + FX_STATE;
    }

    private long slot(Gpr register) {
        if (register == Gpr.RSP) {
            throw new IllegalArgumentException("the context has CR2 in the place of RSP");
        }
        return gva + CPU_CONTEXT + register.ordinal() * 8L;
    }
}
