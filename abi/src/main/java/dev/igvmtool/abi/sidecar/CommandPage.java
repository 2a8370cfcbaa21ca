package dev.igvmtool.abi.sidecar;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.binary.StructLayout;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.x64.Gpr;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code CommandPage}: one page per VP, by which the user-mode monitor and a sidecar VP talk. The VP's status in the
 * {@link ControlPage} says whose turn it is. A view; each accessor is exactly one access.
 *
 * @param memory where the page is
 * @param address first byte of the page in that memory
 */
public record CommandPage(Memory memory, long address) {
    public static final int COMMAND = 0x000;
    public static final int HAS_ERROR = 0x004;
    /** Registers of the lower VTL, 1024 bytes: sixteen u64, then the FXSAVE image, then reserved bytes. */
    public static final int CPU_CONTEXT = 0x010;

    public static final int FX_STATE = CPU_CONTEXT + 0x80;
    public static final int INTERCEPT_MESSAGE = 0x410;
    /** Length byte and text. */
    public static final int ERROR = 0x510;

    public static final int REQUEST_DATA = 0x610;

    /** Bytes of the FXSAVE image. */
    public static final int FX_STATE_BYTES = 512;
    /** Bytes of the intercept message. */
    public static final int MESSAGE_BYTES = 256;
    /** Bytes of the request data. */
    public static final int REQUEST_DATA_BYTES = 1024;

    /** Where the fields lie. */
    public static StructLayout layout() {
        List<StructLayout.Field> fields = new ArrayList<>(List.of(
                StructLayout.Field.integer("command", COMMAND, 4),
                StructLayout.Field.integer("has_error", HAS_ERROR, 1)));
        for (Gpr register : Gpr.values()) {
            String name = register == Gpr.RSP ? "cr2" : register.name().toLowerCase(Locale.ROOT);
            fields.add(StructLayout.Field.integer(
                    "cpu_context." + name, CPU_CONTEXT + register.ordinal() * Long.BYTES, Long.BYTES));
        }
        fields.add(StructLayout.Field.bytes("cpu_context.fx_state", FX_STATE, FX_STATE_BYTES));
        fields.add(StructLayout.Field.structure(
                "intercept_message", INTERCEPT_MESSAGE, HvMessage.CODEC.layout().orElseThrow()));
        fields.add(StructLayout.Field.integer("error.length", ERROR, 1));
        fields.add(StructLayout.Field.bytes("error.text", ERROR + 1, SidecarLimits.MAX_ERROR_BYTES));
        fields.add(StructLayout.Field.bytes("request_data", REQUEST_DATA, REQUEST_DATA_BYTES));
        return new StructLayout("CommandPage", SidecarLimits.PAGE_BYTES, fields);
    }

    /** Number of the command, see {@link SidecarCommand}. */
    public long commandNumber() {
        return memory.readU32(address + COMMAND);
    }

    /** The command, if the number is one. */
    public Optional<SidecarCommand> command() {
        return SidecarCommand.of(commandNumber());
    }

    public void setCommand(SidecarCommand command) {
        memory.writeU32(address + COMMAND, command.value());
    }

    /** Whether the last command failed, with {@link #error()}. */
    public boolean hasError() {
        return memory.readU8(address + HAS_ERROR) != 0;
    }

    public void setHasError(boolean value) {
        memory.writeU8(address + HAS_ERROR, value ? 1 : 0);
    }

    /** A general register of the lower VTL; the place of RSP holds CR2, so RSP has none. */
    public long gpr(Gpr register) {
        return memory.readU64(slot(register));
    }

    public void setGpr(Gpr register, long value) {
        memory.writeU64(slot(register), value);
    }

    /** Registers of the lower VTL with the FXSAVE image, as a run page has them. */
    public Bytes cpuContext() {
        return memory.readBytes(address + CPU_CONTEXT, FX_STATE + FX_STATE_BYTES - CPU_CONTEXT);
    }

    /** Sets the registers of the lower VTL; content that is shorter ends in zeros. */
    public void setCpuContext(Bytes content) {
        memory.writeBytes(address + CPU_CONTEXT, content.paddedTo(FX_STATE + FX_STATE_BYTES - CPU_CONTEXT));
    }

    /** CR2 of the lower VTL. */
    public long cr2() {
        return memory.readU64(address + CPU_CONTEXT + Gpr.RSP.ordinal() * 8L);
    }

    public void setCr2(long value) {
        memory.writeU64(address + CPU_CONTEXT + Gpr.RSP.ordinal() * 8L, value);
    }

    /** Intercept message of the last exit, an {@link dev.igvmtool.abi.hv.HvMessage}. */
    public Bytes interceptMessage() {
        return memory.readBytes(address + INTERCEPT_MESSAGE, MESSAGE_BYTES);
    }

    public void setInterceptMessage(Bytes message) {
        memory.writeBytes(address + INTERCEPT_MESSAGE, message);
    }

    /** Text of the last error. */
    public String error() {
        Bytes field = memory.readBytes(address + ERROR, 1 + SidecarLimits.MAX_ERROR_BYTES);
        return field.slice(1, field.u8(0)).toUtf8();
    }

    /** Stores an error text, cut to {@link SidecarLimits#MAX_ERROR_BYTES} bytes; see {@link #setHasError}. */
    public void setError(String text) {
        memory.writeBytes(address + ERROR, ErrorText.field(text));
    }

    /** Address of the request data. */
    public long requestData() {
        return address + REQUEST_DATA;
    }

    private long slot(Gpr register) {
        if (register == Gpr.RSP) {
            throw new IllegalArgumentException("the context has CR2 in the place of RSP");
        }
        return address + CPU_CONTEXT + register.ordinal() * 8L;
    }
}
