package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;

/**
 * {@code hv_input_notify_long_spin_wait}, 4 bytes.
 *
 * @param spinCount how often the guest has tried
 */
public record LongSpinWaitInput(@U32 long spinCount) {
    public static final Codec<LongSpinWaitInput> CODEC = Codec.of(LongSpinWaitInput.class, lookup());
}
