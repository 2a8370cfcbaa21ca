package dev.igvmtool.abi.mshv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code hcl_kick_cpus}, 24 bytes: CPUs that shall leave the lower VTL.
 *
 * @param length bytes of the mask
 * @param mask address of the mask, one bit for each CPU
 * @param flags {@link #WAIT}, {@link #CANCEL_RUN}
 */
public record KickCpusArgument(
        @U64 long length, @U64 long mask, @U64 long flags) {
    public static final Codec<KickCpusArgument> CODEC = Codec.of(KickCpusArgument.class, lookup());

    /** The call returns when the CPUs were there. */
    public static final long WAIT = 1;

    /** The cancel words of their run pages are set. */
    public static final long CANCEL_RUN = 1 << 1;
}
