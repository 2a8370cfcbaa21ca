package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U16;
import dev.igvmtool.abi.binary.U32;

/**
 * {@code hv_input_signal_event}, 8 bytes.
 *
 * @param flag number relative to the first flag of the connection
 */
public record SignalEventInput(
        @U32 int connectionId, @U16 int flag, @U16 int padding) {
    public static final Codec<SignalEventInput> CODEC = Codec.of(SignalEventInput.class, lookup());
}
