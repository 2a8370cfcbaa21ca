package dev.igvmtool.abi.get;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U16;
import dev.igvmtool.abi.binary.U64;

/**
 * Body of {@code SaveGuestVtl2StateNotification}, packed: the host asks the guest to save its state.
 *
 * @param correlation GUID that belongs to this servicing
 * @param flags bit 0: NVMe devices are kept alive, bit 1: MANA devices
 * @param timeoutSeconds 65535 for the usual 200
 */
public record SaveRequest(
        @Fixed(16) Bytes correlation, @U64 long flags, @U16 int timeoutSeconds) {
    public static final Codec<SaveRequest> CODEC = Codec.of(SaveRequest.class, lookup());

    /** The usual time. */
    public static final int USUAL_TIMEOUT = 0xffff;
}
