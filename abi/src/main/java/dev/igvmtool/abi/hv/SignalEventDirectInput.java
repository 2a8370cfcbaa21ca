package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U16;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;

/** {@code hv_input_signal_event_direct}, 16 bytes; the output is a byte, 1 if the flag was clear, and 7 of padding. */
public record SignalEventDirectInput(
        @U64 long partitionId,
        @U32 int vpIndex,
        @U8 int targetVtl,
        @U8 int sint,
        @U16 int flag) {
    public static final Codec<SignalEventDirectInput> CODEC = Codec.of(SignalEventDirectInput.class, lookup());
}
