package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U16;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;

/**
 * {@code HV_VP_ASSIST_PAGE_ACTION_SIGNAL_EVENT}, 16 bytes: something to be done at a return to a lower VTL.
 *
 * @param type 0 ends the list, 1 signals an event flag
 */
public record ReturnAction(
        @U64 long type,
        @U32 int vpIndex,
        @U8 int vtl,
        @U8 int sint,
        @U16 int flag) {
    public static final long END = 0;
    public static final long SIGNAL_EVENT = 1;

    public static final Codec<ReturnAction> CODEC = Codec.of(ReturnAction.class, lookup());
}
