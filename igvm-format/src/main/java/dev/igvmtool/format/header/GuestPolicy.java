package dev.igvmtool.format.header;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code IGVM_VHS_GUEST_POLICY}: the launch policy of an SNP or TDX guest.
 *
 * @param policy bits as the platform defines them
 * @param compatibilityMask platforms the policy is for
 * @param reserved zero
 */
public record GuestPolicy(
        @U64 long policy, @U32 int compatibilityMask, @U32 int reserved) implements InitializationHeader {
    public static final Codec<GuestPolicy> CODEC = Codec.of(GuestPolicy.class, lookup());

    /** A policy with zero reserved field. */
    public GuestPolicy(long policy, int compatibilityMask) {
        this(policy, compatibilityMask, 0);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.guestPolicy(this);
    }
}
